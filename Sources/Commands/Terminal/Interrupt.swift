import Foundation
import Lab
import Synchronization

/// Handles SIGINT and SIGTERM by setting a flag that is checked between steps of work.
enum Interrupt {
    private static let seen = Atomic<Bool>(false)

    /// Starts handling SIGINT (Ctrl-C) and SIGTERM. A second Ctrl-C ends the process immediately. A second SIGTERM does not: a
    /// scheduler may send it to both a script and its children, and the script forwards it.
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
        // The parent process may have blocked these signals.
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Treats the end of standard input as an interrupt: the parent process, which holds the other end of the pipe, has exited.
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

    /// Whether an interrupt was requested.
    static var isRequested: Bool { seen.load(ordering: .relaxed) }

    /// Throws `RunStopped` if an interrupt was requested.
    static func check() throws {
        if isRequested { throw RunStopped(isSaved: false) }
    }
}
