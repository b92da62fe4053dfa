/// A scanner for header text with a check at every step. It is not recursive, so deep nesting cannot overflow the
/// stack.
struct HeaderScanner {
    private let bytes: [UInt8]
    private let file: String
    /// The offset of the text in the file.
    private let start: Int
    private(set) var at = 0
    /// What is being read, such as a tensor or a key, for error messages.
    var context = "header"

    init(_ bytes: [UInt8], file: String, start: Int) {
        self.bytes = bytes
        self.file = file
        self.start = start
    }

    var isAtEnd: Bool { at >= bytes.count }

    var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    func error(_ found: String, allowed: String, at place: Int? = nil) -> FileError {
        FileError(
            file: file, place: "\(context), byte \(start + (place ?? at))", found: found, allowed: allowed)
    }

    /// The next input, for error messages.
    var found: String {
        guard let next else { return "the end of the header" }
        let end = Swift.min(bytes.count, at + 12)
        if next >= 0x20 && next < 0x7F {
            let text = bytes[at..<end].prefix { $0 >= 0x20 && $0 < 0x7F }
            return "\"\(String(decoding: text, as: UTF8.self))\""
        }
        return "byte 0x" + String(next, radix: 16)
    }

    mutating func skipSpaces() {
        while let next, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { at += 1 }
    }

    /// Skips spaces and then `byte`, if it is next. Returns whether it was.
    mutating func take(_ byte: Character) -> Bool {
        skipSpaces()
        guard let next, next == byte.asciiValue else { return false }
        at += 1
        return true
    }

    mutating func expect(_ byte: Character) throws {
        if !take(byte) { throw error(found, allowed: "\"\(byte)\"") }
    }

    /// Skips a word if it is next. Returns whether it was.
    mutating func take(word: String) -> Bool {
        skipSpaces()
        guard bytes[at...].starts(with: word.utf8) else { return false }
        at += word.utf8.count
        return true
    }

    /// Reads an integer from 0 to `Int.max` in plain digits.
    mutating func wholeNumber() throws -> Int {
        skipSpaces()
        let first = at
        var value = 0
        while let digit = next, digit >= 0x30 && digit <= 0x39 {
            let (tens, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(digit) - 0x30)
            if over || carry { throw error(foundNumber(first), allowed: "at most \(Int.max)", at: first) }
            value = sum
            at += 1
        }
        let isPlain = at > first && (bytes[first] != 0x30 || at == first + 1)
        if let next, !isPlain || next == 0x2E || next | 0x20 == 0x65 {
            throw error(foundNumber(first), allowed: "an integer from 0, in plain digits", at: first)
        }
        guard isPlain else { throw error(found, allowed: "an integer from 0") }
        return value
    }

    private func foundNumber(_ first: Int) -> String {
        let signs = Array("+-.eE".utf8)
        let text = bytes[first...].prefix { $0 >= 0x30 && $0 <= 0x39 || signs.contains($0) }
        if text.isEmpty {
            var here = self
            here.at = first
            return here.found
        }
        return String(decoding: text.prefix(30), as: UTF8.self) + (text.count > 30 ? "..." : "")
    }

    /// Reads the bytes up to the next `quote`, and skips the quote. Escapes are not allowed.
    mutating func plainString(quote: UInt8) throws -> String {
        let first = at
        while let next, next != quote {
            if next < 0x20 || next == 0x5C { throw error(found, allowed: "a string without escapes") }
            at += 1
        }
        if isAtEnd { throw error("an unterminated string", allowed: "a closing quote", at: first) }
        let text = try utf8(bytes[first..<at], at: first)
        at += 1
        return text
    }

    /// Reads a JSON string.
    mutating func jsonString() throws -> String {
        try expect("\"")
        let first = at
        var text: [UInt8] = []
        var copied = at
        while true {
            guard let next else {
                throw error("an unterminated string", allowed: "a closing quote", at: first - 1)
            }
            if next == 0x22 { break }
            if next < 0x20 { throw error(found, allowed: "a control character only as an escape") }
            at += 1
            if next == 0x5C {
                text += bytes[copied..<at - 1]
                try escape(&text)
                copied = at
            }
        }
        text += bytes[copied..<at]
        at += 1
        return try utf8(text[...], at: first)
    }

    private mutating func escape(_ text: inout [UInt8]) throws {
        let first = at - 1
        let plain: [UInt8: UInt8] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
        ]
        guard let kind = next else { throw error("the end of the header", allowed: "an escape") }
        at += 1
        if let byte = plain[kind] { return text.append(byte) }
        guard kind == 0x75 else {
            at = first
            throw error(found, allowed: #"\" \\ \/ \b \f \n \r \t \uXXXX"#)
        }
        var code = try hexDigits(first)
        if code >= 0xD800 && code < 0xDC00 && bytes[at...].starts(with: [0x5C, 0x75]) {
            at += 2
            let low = try hexDigits(first)
            if low >= 0xDC00 && low < 0xE000 { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
        }
        guard let scalar = Unicode.Scalar(code) else {
            at = first
            throw error(found, allowed: "both halves of a surrogate pair")
        }
        text += Array(String(Character(scalar)).utf8)
    }

    private mutating func hexDigits(_ first: Int) throws -> UInt32 {
        let digits = bytes[at...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else {
            at = first
            throw error(found, allowed: "four hexadecimal digits after \\u")
        }
        at += 4
        return value
    }

    private func utf8(_ text: ArraySlice<UInt8>, at first: Int) throws -> String {
        guard let string = String(validating: text, as: UTF8.self) else {
            throw error("bytes that are not UTF-8", allowed: "UTF-8", at: first)
        }
        return string
    }
}
