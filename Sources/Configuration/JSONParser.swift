/// A parser for strict JSON that suggests corrections for common mistakes. Recoverable mistakes are reported and
/// skipped, so that several are reported at once. A document with issues is never returned.
struct JSONParser {
    /// Stops parsing; the issue has already been reported.
    struct Halt: Error {}

    let bytes: [UInt8]
    let source: String
    /// The offset of the next byte.
    var at = 0
    private(set) var problems: [ConfigurationIssue] = []
    private var reached = (offset: 0, line: 1, column: 1)
    private static let problemLimit = 20

    init(_ bytes: [UInt8], source: String) {
        self.bytes = bytes
        self.source = source
    }

    mutating func document() throws(ConfigurationError) -> JSONValue {
        var result: JSONValue?
        do throws(Halt) {
            try start()
            let value = try value(depth: 0)
            try end(after: value)
            result = value
        } catch {}
        if let result, problems.isEmpty { return result }
        throw ConfigurationError(problems.inDocumentOrder())
    }

    private mutating func start() throws(Halt) {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw halt(0, "the file is not UTF-8 but UTF-16; save it as UTF-8")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            try report(0, "the file begins with a byte order mark; save it as UTF-8 without one")
            at = 3
            reached.offset = 3
        }
        if let offset = UTF8Check.firstError(in: bytes) {
            let hex = String(bytes[offset], radix: 16, uppercase: true)
            throw halt(offset, "the byte 0x\(hex) is not UTF-8; save the file as UTF-8")
        }
        try skipSpace()
        if at == bytes.count {
            throw halt(at, "the document is empty; write at least {}")
        }
    }

    private mutating func end(after value: JSONValue) throws(Halt) {
        try skipSpace()
        guard let byte = peek else { return }
        if byte == UInt8(ascii: ":"), value.text != nil {
            throw halt(
                at, "the document has keys but no braces; enclose it in { and }")
        }
        throw halt(at, "found \(shown(at)) after the end of the document; remove it")
    }

    mutating func value(depth: Int) throws(Halt) -> JSONValue {
        try skipSpace()
        let start = place(at)
        guard let byte = peek else { throw halt(at, "the document ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "{"):
            return JSONValue(.object(try object(start, depth: depth + 1)), at: start)
        case UInt8(ascii: "["):
            return JSONValue(.list(try list(start, depth: depth + 1)), at: start)
        case UInt8(ascii: "\""): return JSONValue(.text(try text()), at: start)
        case UInt8(ascii: "'"): return JSONValue(.text(try singleQuoted()), at: start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            return JSONValue(try number(), at: start)
        default: return JSONValue(try word(), at: start)
        }
    }

    private mutating func list(_ open: Location, depth: Int) throws(Halt) -> [JSONValue] {
        try enter(open, depth)
        var elements: [JSONValue] = []
        while try more(in: "[", open, UInt8(ascii: "]"), isFirst: elements.isEmpty) {
            elements.append(try value(depth: depth))
            try separator("[", open, UInt8(ascii: "]"))
        }
        return elements
    }

    private mutating func object(_ open: Location, depth: Int) throws(Halt) -> [JSONMember] {
        try enter(open, depth)
        var members: [JSONMember] = []
        var places: [String: Location] = [:]
        while try more(in: "{", open, UInt8(ascii: "}"), isFirst: members.isEmpty) {
            let start = place(at)
            let key = try key()
            if let first = places[key] {
                try report(
                    start,
                    "duplicate key \(JSONValue.quoted(key.shortened(to: 60))) "
                        + "(first in line \(first.line)); remove one")
            }
            places[key] = places[key] ?? start
            members.append(JSONMember(key, try valueOfKey(key, depth: depth), at: start))
            try separator("{", open, UInt8(ascii: "}"))
        }
        return members
    }

    private mutating func enter(_ open: Location, _ depth: Int) throws(Halt) {
        at += 1
        if depth > JSONValue.depthLimit {
            try report(
                open,
                "lists and objects are nested more than \(JSONValue.depthLimit) levels deep; reduce the nesting"
            )
            throw Halt()
        }
    }

    /// Returns whether another element follows. Consumes the closing bracket if not.
    private mutating func more(
        in opening: String, _ open: Location, _ close: UInt8, isFirst: Bool
    ) throws(Halt) -> Bool {
        try skipSpace()
        while peek == UInt8(ascii: ",") {
            try report(
                place(at),
                isFirst ? "comma before the first element; remove it" : "duplicate comma; remove it")
            at += 1
            try skipSpace()
        }
        try mustGoOn(opening, open, close)
        if peek == close {
            at += 1
            return false
        }
        return true
    }

    /// Stops at the end of the document and at a mismatched closing bracket.
    private mutating func mustGoOn(_ opening: String, _ open: Location, _ close: UInt8) throws(Halt) {
        let closing = String(UnicodeScalar(close))
        guard let byte = peek else {
            try report(open, "this \"\(opening)\" is never closed; add \"\(closing)\"")
            throw Halt()
        }
        if byte != close, byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
            throw halt(
                at,
                "found \(shown(at)), but the \"\(opening)\" in line \(open.line) must be closed with \"\(closing)\""
            )
        }
    }

    private mutating func separator(_ opening: String, _ open: Location, _ close: UInt8) throws(Halt) {
        try skipSpace()
        try mustGoOn(opening, open, close)
        let closing = String(UnicodeScalar(close))
        let start = place(at)
        switch peek {
        case close: return
        case UInt8(ascii: ","):
            at += 1
            try skipSpace()
            if peek == close {
                try report(start, "trailing comma before the closing \"\(closing)\"; remove it")
            }
        case UInt8(ascii: ";"):
            try report(start, "elements are separated by commas; write \",\" instead of \";\"")
            at += 1
        case let byte? where startsElement(byte):
            try report(start, "missing comma; add it")
        default:
            throw unexpected("\",\" or \"\(closing)\"")
        }
    }

    private func startsElement(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "-"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func key() throws(Halt) -> String {
        switch peek {
        case UInt8(ascii: "\""): return try text()
        case UInt8(ascii: "'"): return try singleQuoted()
        default:
            let start = at
            let name = bareWord()
            if name.isEmpty {
                throw unexpected("a key in double quotes")
            }
            try report(
                place(start),
                "keys need double quotes; write \(JSONValue.quoted(name.shortened(to: 60)))")
            return name
        }
    }

    private mutating func valueOfKey(_ key: String, depth: Int) throws(Halt) -> JSONValue {
        try skipSpace()
        let name = JSONValue.quoted(key.shortened(to: 60))
        let start = place(at)
        switch peek {
        case UInt8(ascii: ":"): at += 1
        case UInt8(ascii: "="):
            try report(start, "keys and values are separated by a colon; write \":\" instead of \"=\"")
            at += 1
            if peek == UInt8(ascii: ">") { at += 1 }
        case UInt8(ascii: ","), UInt8(ascii: "}"):
            try report(start, "the key \(name) has no value; write \(name): value")
            return JSONValue(.null, at: start)
        case let byte? where startsElement(byte):
            try report(start, "missing colon after the key \(name); add it")
        case nil: throw halt(at, "the document ends after the key \(name); write \(name): value and close it")
        default: throw unexpected("\":\" after the key \(name)")
        }
        try skipSpace()
        if peek == nil {
            throw halt(at, "the document ends after the key \(name); write \(name): value and close it")
        }
        if peek == UInt8(ascii: ",") || peek == UInt8(ascii: "}") {
            try report(place(at), "the key \(name) has no value; write \(name): value")
            return JSONValue(.null, at: start)
        }
        return try value(depth: depth)
    }
}

extension JSONParser {
    var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    /// Returns the line and column of an offset. Fast for ascending offsets.
    mutating func place(_ offset: Int) -> Location {
        if offset < reached.offset { reached = (0, 1, 1) }
        while reached.offset < min(offset, bytes.count) {
            let byte = bytes[reached.offset]
            if byte == UInt8(ascii: "\n") {
                reached.line += 1
                reached.column = 1
            } else if byte & 0xC0 != 0x80 {
                reached.column += 1
            }
            reached.offset += 1
        }
        return Location(source: source, line: reached.line, column: reached.column)
    }

    mutating func report(_ place: Location, _ message: String) throws(Halt) {
        problems.append(ConfigurationIssue(place: place, message: message))
        if problems.count >= Self.problemLimit { throw Halt() }
    }

    mutating func report(_ offset: Int, _ message: String) throws(Halt) {
        try report(place(offset), message)
    }

    mutating func halt(_ offset: Int, _ message: String) -> Halt {
        problems.append(ConfigurationIssue(place: place(offset), message: message))
        return Halt()
    }

    mutating func unexpected(_ expected: String) -> Halt {
        halt(at, unusual(at) ?? "expected \(expected), found \(shown(at))")
    }

    /// Skips whitespace. Reports comments and skips them as well.
    mutating func skipSpace() throws(Halt) {
        while let byte = peek {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            case UInt8(ascii: "#"): try comment(upTo: [0x0A])
            case UInt8(ascii: "/") where at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "/"):
                try comment(upTo: [0x0A])
            case UInt8(ascii: "/") where at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "*"):
                try comment(upTo: [UInt8(ascii: "*"), UInt8(ascii: "/")])
            default: return
            }
        }
    }

    private mutating func comment(upTo end: [UInt8]) throws(Halt) {
        try report(at, "JSON does not allow comments; remove this one")
        at = min(at + (end.count == 1 ? 1 : 2), bytes.count)
        while at < bytes.count, !bytes[at...].starts(with: end) { at += 1 }
        at = min(at + end.count, bytes.count)
    }

    /// Returns the character at an offset, formatted for error messages.
    func shown(_ offset: Int) -> String {
        guard offset < bytes.count else { return "the end of the document" }
        let tail = String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self)
        guard let scalar = tail.unicodeScalars.first else { return "nothing" }
        if scalar == "\"" { return "a double quote" }
        let kind = scalar.properties.generalCategory
        let isVisible = ![
            .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned,
        ]
        .contains(kind)
        return isVisible
            ? "\"\(scalar)\"" : "U+" + String(scalar.value, radix: 16, uppercase: true).padded(to: 4)
    }
}

extension String {
    fileprivate func padded(to count: Int) -> String {
        String(repeating: "0", count: max(count - self.count, 0)) + self
    }
}

extension JSONValue {
    /// Parses a JSON document. `source` is the file name for error messages. Throws all issues at once.
    public static func parse(_ text: String, source: String = "") throws(ConfigurationError) -> JSONValue {
        try parse(Array(text.utf8), source: source)
    }

    /// Parses a JSON document from bytes, which must be UTF-8.
    public static func parse(_ bytes: [UInt8], source: String = "") throws(ConfigurationError) -> JSONValue {
        var parser = JSONParser(bytes, source: source)
        return try parser.document()
    }
}
