import Configuration

/// A table of comma-separated values (RFC 4180) with a header line. Semicolons and tabs are recognized as separators by
/// that line. A quoted field may contain separators, line breaks and doubled quotes.
public struct CSVTable: Sendable {
    /// A field and its location.
    public struct Field: Sendable, Equatable {
        /// The text without its quotes.
        public var text: String
        /// File, line and column; both start at 1, the column in Unicode scalars.
        public var place: Location
    }

    /// The names of the columns.
    public private(set) var columns: [String] = []
    /// The location of the header line.
    public private(set) var header: Location
    /// The rows, each with as many fields as there are columns. Empty lines are skipped.
    public private(set) var rows: [[Field]] = []

    /// Reads a file. Throws every error with its line and column (the first twenty).
    public init(contentsOf file: String) throws(ConfigurationError) {
        try self.init(parsing: JSONValue.bytes(of: file), source: file)
    }

    /// Parses a text; `source` is the file named in messages.
    public init(parsing text: String, source: String = "") throws(ConfigurationError) {
        try self.init(parsing: Array(text.utf8), source: source)
    }

    /// Parses UTF-8 bytes.
    public init(parsing bytes: [UInt8], source: String) throws(ConfigurationError) {
        var parser = CSVParser(bytes, source)
        var lines = parser.lines()
        var problems = parser.problems
        guard !lines.isEmpty else {
            throw ConfigurationError(
                problems.isEmpty
                    ? [
                        ConfigurationIssue(
                            place: Location(source: source),
                            message: "an empty table; the first line names the columns")
                    ]
                    : problems)
        }
        let names = lines.removeFirst()
        header = names.first?.place ?? Location(source: source)
        for (index, field) in names.enumerated() {
            let name = field.text.trimmed
            if name.isEmpty {
                problems.append(
                    ConfigurationIssue(place: field.place, message: "column \(index + 1) has no name"))
            } else if columns.contains(name) {
                problems.append(
                    ConfigurationIssue(place: field.place, message: "the column \"\(name)\" is listed twice"))
            }
            columns.append(name)
        }
        for line in lines where line.count != columns.count {
            guard problems.count < CSVParser.problemLimit else { break }
            let place = line.count > columns.count ? line[columns.count].place : line[0].place
            problems.append(
                ConfigurationIssue(
                    place: place,
                    message:
                        "expected \(counted(columns.count, "field")), found \(line.count); a field that contains the separator must be quoted"
                ))
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        rows = lines
    }

    /// The index of a column; nil if there is none of this name.
    public func column(_ name: String) -> Int? { columns.firstIndex(of: name) }
}

/// Splits bytes into lines of fields.
private struct CSVParser {
    static let problemLimit = 20
    private static let (quote, newline, carriage) = (
        UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")
    )

    private(set) var problems: [ConfigurationIssue] = []
    private let bytes: [UInt8]
    private let source: String
    private let separator: UInt8
    private var at: Int
    private var line = 1
    /// Where the line begins, and how many continuation bytes of it have been read.
    private var lineStart: Int
    private var continuations = 0

    init(_ bytes: [UInt8], _ source: String) {
        self.bytes = bytes
        self.source = source
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        at = bytes.starts(with: mark) ? 3 : 0
        lineStart = at
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes[at...] {
            if byte == Self.quote { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == Self.newline || byte == Self.carriage { break }
            counts[byte, default: 0] += 1
        }
        let candidates = [",", ";", "\t"].map { (text: String) in text.utf8.first ?? 0 }
        separator = candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? candidates[0]
    }

    private var place: Location {
        Location(source: source, line: line, column: at - lineStart - continuations + 1)
    }

    private mutating func report(_ place: Location, _ message: String) {
        if problems.count < Self.problemLimit {
            problems.append(ConfigurationIssue(place: place, message: message))
        }
    }

    /// All lines that are not empty, up to the first error after which the rest is ambiguous.
    mutating func lines() -> [[CSVTable.Field]] {
        var lines: [[CSVTable.Field]] = []
        var fields: [CSVTable.Field] = []
        var isCertain = true
        while isCertain, at < bytes.count || !fields.isEmpty {
            let place = place
            let isLineStart = fields.isEmpty
            let text = at < bytes.count && bytes[at] == Self.quote ? quoted(place, &isCertain) : plain(place)
            fields.append(CSVTable.Field(text: text, place: place))
            if at < bytes.count, bytes[at] == separator {
                at += 1
                if at < bytes.count { continue }
                // The file ends with a separator: one more field, which is empty.
                fields.append(CSVTable.Field(text: "", place: self.place))
            }
            let isEmpty = isLineStart && text.isEmpty && fields.count == 1
            if !isEmpty { lines.append(fields) }
            fields = []
            endLine()
        }
        return lines
    }

    private mutating func endLine() {
        guard at < bytes.count else { return }
        if bytes[at] == Self.carriage, at + 1 < bytes.count, bytes[at + 1] == Self.newline { at += 1 }
        at += 1
        line += 1
        lineStart = at
        continuations = 0
    }

    private mutating func plain(_ place: Location) -> String {
        let start = at
        while at < bytes.count, bytes[at] != separator, bytes[at] != Self.newline, bytes[at] != Self.carriage
        {
            if bytes[at] == Self.quote {
                report(
                    self.place,
                    "a quote inside an unquoted field; quote the field and double the quotes in it")
            }
            step()
        }
        return text(bytes[start..<at], place)
    }

    private mutating func quoted(_ start: Location, _ isCertain: inout Bool) -> String {
        var content: [UInt8] = []
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            if byte == Self.quote {
                guard at + 1 < bytes.count, bytes[at + 1] == Self.quote else { break }
                content.append(byte)
                at += 2
                continue
            }
            content.append(byte)
            if byte == Self.newline || byte == Self.carriage {
                let before = at
                endLine()
                // The second byte of a line break.
                if at - before == 2 { content.append(Self.newline) }
            } else {
                step()
            }
        }
        guard at < bytes.count else {
            report(start, "a quote that is never closed")
            isCertain = false
            return ""
        }
        at += 1
        if at < bytes.count, bytes[at] != separator, bytes[at] != Self.newline, bytes[at] != Self.carriage {
            report(place, "text after the closing quote; quotes inside a quoted field are doubled")
            isCertain = false
        }
        return text(content[...], start)
    }

    private mutating func step() {
        if bytes[at] & 0xC0 == 0x80 { continuations += 1 }
        at += 1
    }

    private mutating func text(_ bytes: ArraySlice<UInt8>, _ place: Location) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            report(place, "bytes that are not UTF-8")
            return ""
        }
        if bytes.contains(0) { report(place, "a zero byte; is this a text file?") }
        return text
    }
}

extension String {
    /// The text without leading and trailing white space.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
