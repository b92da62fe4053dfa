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
        if fflush(nil) != 0 { outputError.store(errno, ordering: .relaxed) }
    }

    /// Why standard output could not be written, as `errno` has it; 0 while it could.
    static let outputError = Atomic<Int32>(0)

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
