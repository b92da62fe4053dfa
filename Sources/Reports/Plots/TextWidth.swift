/// Estimates the width of text, since the reader's fonts are unknown.
package enum TextWidth {
    /// Returns the width in pixels in a sans-serif font of the given size.
    package static func of(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + share($1) } * size
    }

    /// Returns the text, truncated with an ellipsis if it is too wide.
    package static func cut(_ text: String, to width: Double, size: Double) -> String {
        // Longer text never fits, and measuring it would be slow.
        let text = text.unicodeScalars.count > 1000 ? String(text.prefix(1000)) + "…" : text
        guard of(text, size: size) > width else { return text }
        var (kept, used) = ("", size)
        for character in text {
            used += of(String(character), size: size)
            if used > width { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// Returns the text with its middle replaced with an ellipsis if it is too wide, for names that differ at their ends.
    package static func cutMiddle(_ text: String, to width: Double, size: Double) -> String {
        guard of(text.unicodeScalars.count > 1000 ? String(text.prefix(1000)) : text, size: size) > width
        else {
            return text
        }
        let characters = Array(text)
        var (head, tail, used) = (0, 0, size)
        while head + tail < characters.count {
            // The end gets the larger part.
            let takesTail = tail <= head
            let next = takesTail ? characters[characters.count - 1 - tail] : characters[head]
            used += of(String(next), size: size)
            if used > width { break }
            if takesTail { tail += 1 } else { head += 1 }
        }
        return String(characters[..<head]) + "…" + String(characters[(characters.count - tail)...])
    }

    /// The width of a character relative to the font size.
    private static func share(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", "|", "!", "'", ".", ",", ":", ";", "f", "t", "r", " ", "(", ")", "[", "]",
            "/", "\\":
            0.36
        case "m", "w", "M", "W", "%", "@", "—", "…": 0.88
        case "A"..."Z": 0.7
        case "0"..."9": 0.62
        case "\u{300}"..."\u{36F}", "\u{200B}"..."\u{200F}", "\u{FE00}"..."\u{FE0F}": 0
        case "\u{1100}"...: scalar.value < 0x1E00 || (0x2000..<0x2E00).contains(scalar.value) ? 0.75 : 1.05
        default: 0.6
        }
    }
}
