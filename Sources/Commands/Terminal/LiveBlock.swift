import Foundation

/// A block of lines at the bottom of a terminal that is redrawn in place.
struct LiveBlock {
    private var height = 0

    /// Replaces the text. Long lines are truncated; if there are too many lines, the last ones are shown.
    mutating func show(_ text: String) {
        let width = max(1, Terminal.width - 1)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .suffix(max(1, Terminal.height - 1)).map { $0.prefix(width) }
        Terminal.show(start + lines.joined(separator: "\n") + "\n")
        height = lines.count
    }

    /// Removes the text.
    mutating func clear() {
        if height > 0 { Terminal.show(start) }
        height = 0
    }

    private var start: String { height > 0 ? "\u{1B}[\(height)A\u{1B}[J" : "" }
}

extension Terminal {
    /// The number of lines of the terminal (default: 24).
    static var height: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return 24 }
        return Int(size.ws_row)
    }
}
