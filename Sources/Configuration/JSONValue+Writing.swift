/// Writing JSON, on one line or pretty-printed.
extension JSONValue {
    /// The document on one line: `{"type": "gru", "units": 128}`.
    public var line: String {
        var text = ""
        _ = writeLine(into: &text, limit: .max)
        return text
    }

    /// The document pretty-printed with an indent of two spaces. Short lists and objects are on one line, and long
    /// lists of numbers are wrapped. Does not end with a newline.
    public func pretty(width: Int = 100) -> String {
        var text = ""
        write(into: &text, indent: 0, column: 0, width: width, isTop: true)
        return text
    }

    private func write(into text: inout String, indent: Int, column: Int, width: Int, isTop: Bool = false) {
        let keepsOpen = isTop && members?.isEmpty == false
        if !keepsOpen {
            var flat = ""
            // Leave one column for a possible comma.
            if writeLine(into: &flat, limit: width - column - 1) || !holdsValues {
                text += flat
                return
            }
        }
        let inner = String(repeating: " ", count: indent + 2)
        switch content {
        case .list(let elements) where elements.allSatisfy({ $0.double != nil }):
            text += "[\n"
            var used = 0
            for (index, element) in elements.enumerated() {
                let item = element.line + (index + 1 < elements.count ? "," : "")
                if used > 0, used + 1 + item.utf8.count > width {
                    text += "\n"
                    used = 0
                }
                text += used == 0 ? inner + item : " " + item
                used += (used == 0 ? inner.utf8.count : 1) + item.utf8.count
            }
            text += "\n" + inner.dropLast(2) + "]"
        case .list(let elements):
            text += "[\n"
            for (index, element) in elements.enumerated() {
                text += inner
                element.write(into: &text, indent: indent + 2, column: indent + 2, width: width)
                text += index + 1 < elements.count ? ",\n" : "\n"
            }
            text += inner.dropLast(2) + "]"
        case .object(let members):
            text += "{\n"
            for (index, member) in members.enumerated() {
                let key = Self.quoted(member.key) + ": "
                text += inner + key
                member.value.write(
                    into: &text, indent: indent + 2, column: indent + 2 + key.unicodeScalars.count,
                    width: width)
                text += index + 1 < members.count ? ",\n" : "\n"
            }
            text += inner.dropLast(2) + "}"
        default: break
        }
    }

    private var holdsValues: Bool { elements?.isEmpty == false || members?.isEmpty == false }

    /// Appends the value on one line. Stops and returns false if `text` exceeds `limit` bytes.
    private func writeLine(into text: inout String, limit: Int) -> Bool {
        switch content {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .number(let value): text += value.isFinite ? "\(value)" : "null"
        case .text(let value): text += Self.quoted(value)
        case .list(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += ", " }
                if !element.writeLine(into: &text, limit: limit) { return false }
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index > 0 ? ", " : "") + Self.quoted(member.key) + ": "
                if !member.value.writeLine(into: &text, limit: limit) { return false }
            }
            text += "}"
        }
        return text.utf8.count <= limit
    }

    /// Returns the text as a JSON string in double quotes.
    public static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value on one line.
    public var description: String { line }

    /// The value for error messages: on one line, truncated to about 60 characters.
    var shown: String {
        var text = ""
        _ = writeLine(into: &text, limit: 400)
        return text.shortened(to: 60)
    }
}
