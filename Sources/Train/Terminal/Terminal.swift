import Foundation
import Synchronization

/// Where output goes, and how wide it may be.
enum Terminal {
    /// Writes a line to the standard error stream.
    static func error(_ text: String) {
        fflush(nil)
        let bytes = Array((text + "\n").utf8)
        bytes.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Writes text to the standard output stream at once, without a line's end.
    static func show(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }

    /// Whether a person reads the output: a terminal that can move its cursor.
    static let isInteractive: Bool = {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        guard let kind = getenv("TERM") else { return false }
        return String(cString: kind) != "dumb"
    }()

    /// Characters in a line, 80 where nothing says.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Ctrl-C or a request to end, seen between two steps of work rather than in the middle of one.
enum Interrupt {
    private static let seen = Atomic<Bool>(false)

    /// From now on the first Ctrl-C (SIGINT) or SIGTERM only sets a mark; a second one ends the program at once.
    static func watch() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interrupt.seen.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
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
            kill(getpid(), SIGTERM)
        }
    }

    /// Whether the work is to end.
    static var isAsked: Bool { seen.load(ordering: .relaxed) }

    /// Throws `Interrupted` once the work is to end.
    static func check() throws {
        if isAsked { throw Interrupted() }
    }
}
