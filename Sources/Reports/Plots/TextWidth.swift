/// How wide text is, roughly: the fonts of the reader are not known.
package enum TextWidth {
    /// In pixels, for a sans-serif font of a size.
    package static func of(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + share($1) } * size
    }

    /// The text, or its beginning and an ellipsis where it is wider than allowed.
    package static func cut(_ text: String, to width: Double, size: Double) -> String {
        // No text of so many characters fits, and measuring a huge one takes time.
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

    /// Of the font's size.
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
