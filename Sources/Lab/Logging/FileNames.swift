import Autograd

/// Names as names of files.
enum FileNames {
    /// A name for each text, of letters, digits and `._=+-`; where two would be alike, each has a mark of its text behind it.
    static func distinct(_ texts: [String]) -> [String] {
        let plain = texts.map(plain)
        let counts = Dictionary(plain.map { ($0, 1) }, uniquingKeysWith: +)
        return zip(texts, plain).map { text, name in
            counts[name] == 1 && !name.isEmpty ? name : "\(name)~\(mark(text))"
        }
    }

    private static func plain(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isAllowed =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "._=+-".unicodeScalars.contains(scalar))
            if isAllowed { name.unicodeScalars.append(scalar) } else if name.last != "-" { name += "-" }
        }
        return String(name.drop { ".-".contains($0) }.prefix(100))
    }

    /// Eight digits that change with the text.
    private static func mark(_ text: String) -> String { String(FNV1a(text).hexadecimal.suffix(8)) }
}
