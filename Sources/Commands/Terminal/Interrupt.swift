import Foundation
import Lab
import Synchronization

/// Ctrl-C or a request to end, seen between two steps of work rather than in the middle of one.
enum Interrupt {
    private static let seen = Atomic<Bool>(false)

    /// From now on Ctrl-C (SIGINT) and SIGTERM only set a mark; a second Ctrl-C ends the program at once. A second SIGTERM does not:
    /// a scheduler sends it to a script and to what that has started, and the script passes it on.
    static func watch() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interrupt.seen.store(true, ordering: .relaxed)
                if number == SIGINT { signal(number, SIG_DFL) }
            }
            sigaddset(&signals, number)
        }
        // Whoever started this program may have held them back.
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// From now on the end of standard input counts as Ctrl-C: a program that has started this one, and holds the other end, has
    /// ended, in whatever way.
    static func watchInput() {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || count < 0 && errno != EINTR { break }
            }
            seen.store(true, ordering: .relaxed)
        }
    }

    /// Whether the work is to end.
    static var isAsked: Bool { seen.load(ordering: .relaxed) }

    /// Does some work; where it stops because it was asked to, that is `Interrupted`.
    static func whenStopped<Result>(_ work: () throws -> Result) throws -> Result {
        do { return try work() } catch is RunStopped { throw Interrupted() }
    }

    /// Throws `Interrupted` once the work is to end.
    static func check() throws {
        if isAsked { throw Interrupted() }
    }
}
