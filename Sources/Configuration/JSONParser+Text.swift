/// Strings and their escapes.
extension JSONParser {
    /// Parses a string in double quotes. `at` is at the opening quote.
    mutating func text() throws(Halt) -> String {
        let start = place(at)
        at += 1
        var result: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"):
                result.append(contentsOf: Array(try escape().utf8))
            case 0x0A, 0x0D:
                try report(
                    start,
                    "the string does not end on its line; add a double quote, or write \\n for a line break")
                throw Halt()
            case 0..<0x20:
                let code =
                    byte == 0x09
                    ? "\\t" : JSONValue.quoted(String(UnicodeScalar(byte))).dropFirst().dropLast()
                try report(at, "control character in a string; write \(code)")
                at += 1
            default:
                result.append(byte)
                at += 1
            }
        }
        try report(start, "unterminated string; add a double quote")
        throw Halt()
    }

    /// Parses one escape. `at` is at the backslash.
    private mutating func escape() throws(Halt) -> String {
        let start = at
        at += 1
        guard let byte = peek else { return "" }
        at += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicode(start)
        default:
            at -= 1
            let found = shown(at)
            let isPlain = byte > 0x20 && byte < 0x7F
            let name = isPlain ? String(UnicodeScalar(byte)) : found
            try report(start, "unknown escape \\\(name); write \\\\ for a backslash")
            return ""
        }
    }

    private mutating func unicode(_ start: Int) throws(Halt) -> String {
        guard let first = hex4() else {
            try report(start, "\\u must be followed by four hexadecimal digits, such as \\u00E4")
            return ""
        }
        if let scalar = UnicodeScalar(first) { return String(Character(scalar)) }
        if first < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
            bytes[at + 1] == UInt8(ascii: "u")
        {
            let back = at
            at += 2
            if let second = hex4(), (0xDC00...0xDFFF).contains(second),
                let scalar = UnicodeScalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
            {
                return String(Character(scalar))
            }
            at = back
        }
        try report(
            start,
            "half of a surrogate pair; write both halves, such as \\uD83D\\uDE00, or the character itself")
        return ""
    }

    private mutating func hex4() -> UInt32? {
        guard at + 4 <= bytes.count else { return nil }
        var code: UInt32 = 0
        for byte in bytes[at..<at + 4] {
            guard let digit = Self.hexDigit(byte) else { return nil }
            code = code << 4 | digit
        }
        at += 4
        return code
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    /// Parses a string in single quotes, which JSON does not allow.
    mutating func singleQuoted() throws(Halt) -> String {
        let start = at
        var end = at + 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "'"), bytes[end] != 0x0A { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "'") else {
            throw halt(start, "strings need double quotes, and this quote is never closed")
        }
        let text = String(decoding: bytes[start + 1..<end], as: UTF8.self)
        let better = JSONValue.quoted(text.shortened(to: 60))
        try report(start, "strings need double quotes; write \(better)")
        at = end + 1
        return text
    }
}

enum UTF8Check {
    /// The offset of the first invalid UTF-8 byte.
    static func firstError(in bytes: [UInt8]) -> Int? {
        var at = 0
        while at < bytes.count {
            let count = length(bytes, at)
            if count == 0 { return at }
            at += count
        }
        return nil
    }

    /// The length of the character at an offset in bytes, or 0 if it is malformed (Unicode 15, table 3-7).
    private static func length(_ bytes: [UInt8], _ at: Int) -> Int {
        func follows(_ step: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            at + step < bytes.count && range.contains(bytes[at + step])
        }
        switch bytes[at] {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return follows(1) ? 2 : 0
        case 0xE0: return follows(1, 0xA0...0xBF) && follows(2) ? 3 : 0
        case 0xED: return follows(1, 0x80...0x9F) && follows(2) ? 3 : 0
        case 0xE1...0xEF: return follows(1) && follows(2) ? 3 : 0
        case 0xF0: return follows(1, 0x90...0xBF) && follows(2) && follows(3) ? 4 : 0
        case 0xF1...0xF3: return follows(1) && follows(2) && follows(3) ? 4 : 0
        case 0xF4: return follows(1, 0x80...0x8F) && follows(2) && follows(3) ? 4 : 0
        default: return 0
        }
    }
}
