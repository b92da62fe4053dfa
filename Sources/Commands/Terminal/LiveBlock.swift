import Foundation

/// Some lines at the end of a terminal that are written anew in their place.
struct LiveBlock {
    private var height = 0

    /// Puts a text in the place of the last one. Lines that are too long are cut; of lines that are too many the last are shown.
    mutating func show(_ text: String) {
        let width = max(1, Terminal.width - 1)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .suffix(max(1, Terminal.height - 1)).map { $0.prefix(width) }
        Terminal.show(start + lines.joined(separator: "\n") + "\n")
        height = lines.count
    }

    /// Takes the text away.
    mutating func clear() {
        if height > 0 { Terminal.show(start) }
        height = 0
    }

    private var start: String { height > 0 ? "\u{1B}[\(height)A\u{1B}[J" : "" }
}

extension Terminal {
    /// Lines on the screen, 24 where nothing says.
    static var height: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return 24 }
        return Int(size.ws_row)
    }
}
