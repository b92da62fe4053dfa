import Autograd
import Foundation
import Synchronization

/// Output to the terminal.
enum Terminal {
    /// Writes a line to standard error.
    static func error(_ text: String) {
        fflush(nil)
        let bytes = Array((text + "\n").utf8)
        bytes.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Writes an error that concerns a file to standard error. The line names the file once.
    static func error(_ error: any Error, in file: String) {
        let (text, name) = ("\(error)", file.onOneLine)
        Terminal.error("error: \(text.contains(name) ? text : "\(name): \(text)")")
    }

    /// Writes text to standard output immediately, without a line break.
    static func show(_ text: String) {
        print(text, terminator: "")
        if fflush(nil) != 0 { outputError.store(errno, ordering: .relaxed) }
    }

    /// The `errno` of a failed write to standard output; 0 if none failed.
    static let outputError = Atomic<Int32>(0)

    /// Whether standard output is a terminal with cursor control.
    static let isInteractive: Bool = {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        guard let kind = getenv("TERM") else { return false }
        return String(cString: kind) != "dumb"
    }()

    /// The number of columns of the terminal (default: 80).
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
