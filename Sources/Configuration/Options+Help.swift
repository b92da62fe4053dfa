extension Options {
    /// A table of the keys with their defaults, descriptions and allowed values, wrapped at `width`.
    public static func help(width: Int = 100) -> String {
        let defaults = Self()
        let rows = fields.map { field in
            let value = field.isRequired ? "required" : field.encode(defaults).shown.shortened(to: 24)
            return (field.name, value, "\(field.help.trimmedEnd) (\(field.allowed))")
        }
        let first = rows.map(\.0.unicodeScalars.count).max() ?? 0
        let second = rows.map(\.1.unicodeScalars.count).max() ?? 0
        let indent = 2 + first + 2 + second + 2
        let lines = rows.map { name, value, text in
            let head = "  \(name.filled(to: first))  \(value.filled(to: second))  "
            return head
                + text.wrapped(to: max(width - indent, 30)).joined(separator: "\n" + "".filled(to: indent))
        }
        let heading = [tag, summary.isEmpty ? nil : summary].compactMap { $0 }.joined(separator: ": ")
        return ((heading.isEmpty ? [] : [heading]) + lines).joined(separator: "\n")
    }
}

extension Registry {
    /// One line per type with its name and summary.
    public static var help: String {
        let width = kinds.map { $0.type.unicodeScalars.count }.max() ?? 0
        return kinds.map { "  \($0.type.filled(to: width))  \($0.summary)" }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func filled(to width: Int) -> String {
        self + String(repeating: " ", count: max(width - unicodeScalars.count, 0))
    }

    fileprivate var trimmedEnd: String { hasSuffix(".") ? String(dropLast()) : self }

    /// The text as lines of at most `width` characters; a longer word is a line of its own.
    package func wrapped(to width: Int) -> [String] {
        split(separator: " ").map(String.init).lines(of: width)
    }
}

extension [String] {
    /// Joins words to lines of at most `width` characters; a longer word is a line of its own.
    package func lines(of width: Int) -> [String] {
        var lines: [String] = []
        for word in self {
            if let last = lines.last, last.unicodeScalars.count + 1 + word.unicodeScalars.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(word)
            }
        }
        return lines
    }
}
