/// Numbers and bare words, with suggestions for those that JSON does not allow.
extension JSONParser {
    /// Parses a number. `at` is at its first character.
    mutating func number() throws(Halt) -> JSONValue.Content {
        let start = at
        while let byte = peek, Self.isNumberByte(byte), byte < 0x80 || unusual(at) == nil { at += 1 }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        guard Self.isNumber(bytes[start..<at]) else {
            try report(start, Self.advice(text))
            return .integer(0)
        }
        let isWhole = !text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        if isWhole, text != "-0", let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            try report(start, "\(text.shortened(to: 40)) is too large; numbers go up to 1.8e308")
            return .integer(0)
        }
        return .number(value)
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "%"):
            true
        default: byte >= 0x80
        }
    }

    /// The grammar of a JSON number.
    static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        func digits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let leading = rest.first
        let whole = digits()
        if whole == 0 || (leading == UInt8(ascii: "0") && whole > 1) { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            if digits() == 0 { return false }
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }

    private static func advice(_ text: String) -> String {
        let shown = text.shortened(to: 40)
        let sign = text.hasPrefix("-") ? "-" : ""
        var body = Substring(text)
        if body.hasPrefix("-") || body.hasPrefix("+") { body = body.dropFirst() }
        let lower = body.lowercased()
        if ["nan", "inf", "infinity"].contains(lower) { return notANumber(shown) }
        if lower.hasPrefix("0x"), let value = Int(lower.dropFirst(2), radix: 16) {
            return "\(shown) is not a JSON number; write \(sign)\(value)"
        }
        body = Substring(body.filter { $0 != "_" })
        while body.hasPrefix("0"), body.dropFirst().first?.isNumber == true { body = body.dropFirst() }
        if body.hasPrefix("-") || body.hasPrefix("+") { body = "" }
        if body.hasPrefix(".") { body = "0" + body }
        if body.hasSuffix(".") { body += "0" }
        if isNumber(ArraySlice(body.utf8)) {
            return "\(shown) is not a JSON number; write \((sign + body).shortened(to: 40))"
        }
        return "\(shown) is not a JSON number; as a string, write \(JSONValue.quoted(shown))"
    }

    private static func notANumber(_ text: String) -> String {
        "\(text) is not a JSON number; write a finite number, or null if the key allows it"
    }

    /// Parses `true`, `false`, `null`, or a word that is misspelled or lacks quotes.
    mutating func word() throws(Halt) -> JSONValue.Content {
        let start = at
        let word = bareWord()
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "": throw unexpected("a value")
        default: break
        }
        let name = word.shortened(to: 60)
        switch word.lowercased() {
        case "true", "false": try report(start, "\(name) is not JSON; write \(word.lowercased())")
        case "yes", "on": try report(start, "\(name) is not JSON; write true")
        case "no", "off": try report(start, "\(name) is not JSON; write false")
        case "null", "none", "nil", "undefined": try report(start, "\(name) is not JSON; write null")
        case "nan", "inf", "infinity": try report(start, Self.notANumber(name))
        default:
            let near =
                Suggestion.closest(to: word, among: ["true", "false", "null"]).map { ", or \($0)" } ?? ""
            try report(start, "strings need double quotes; write \(JSONValue.quoted(name))\(near)")
        }
        return .text(word)
    }

    /// Consumes the characters of a word. Returns an empty string if there is no word.
    mutating func bareWord() -> String {
        let start = at
        if unusual(at) != nil { return "" }
        while let byte = peek, isInWord(byte) { at += 1 }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private func isInWord(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != 0x7F && !Self.endsWord.contains(byte) && (byte < 0x80 || unusual(at) == nil)
    }

    private static let endsWord = Set(",:=[]{}\"';".utf8)

    /// Returns a message about characters that are easily confused with others.
    func unusual(_ offset: Int) -> String? {
        let tail = bytes[offset..<min(offset + 3, bytes.count)]
        switch Array(tail) {
        case [0xE2, 0x80, 0x9C], [0xE2, 0x80, 0x9D], [0xE2, 0x80, 0x9E]:
            return "typographic quote; write a straight double quote (U+0022)"
        case [0xE2, 0x80, 0x98], [0xE2, 0x80, 0x99], [0xE2, 0x80, 0x9A]:
            return "typographic quote; write a straight double quote (U+0022)"
        case [0xEF, 0xBB, 0xBF]: return "byte order mark inside the document; remove it"
        default: break
        }
        return tail.starts(with: [0xC2, 0xA0]) ? "no-break space (U+00A0); write a regular space" : nil
    }
}
