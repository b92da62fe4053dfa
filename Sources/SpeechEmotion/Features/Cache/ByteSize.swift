/// A number of bytes, with or without a unit: `500MB`, `2GB`, `1.5GiB`.
public struct ByteSize: Equatable, Sendable, CustomStringConvertible {
    /// The number of bytes.
    public var bytes: Int

    /// Creates a size from a number of bytes.
    public init(_ bytes: Int) { self.bytes = bytes }

    /// Units by their lowercase names: powers of 1,000, and of 1,024 with an "i".
    private static let units: [(name: String, bytes: Double)] = [
        ("b", 1), ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12),
        ("kib", 0x1p10), ("mib", 0x1p20), ("gib", 0x1p30), ("tib", 0x1p40),
    ]

    /// Parses a size; nil for invalid text, for zero bytes, and for sizes beyond `Int`.
    public init?(_ text: String) {
        let text = text.filter { $0 != " " }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(digits.count).lowercased()
        guard let number = Double(digits), let factor = Self.units.first(where: { $0.name == unit })?.bytes,
            let bytes = Int(exactly: (number * factor).rounded()), bytes > 0
        else { return nil }
        self.bytes = bytes
    }

    /// Two or more significant digits, in the largest unit that gives at least 1: `1.8 GB`.
    public var description: String {
        var (number, at) = (Double(bytes), 0)
        while number >= 999.5, at < 4 { (number, at) = (number / 1000, at + 1) }
        let unit = ["bytes", "kB", "MB", "GB", "TB"][at]
        if at == 0 || number >= 99.95 { return "\(Int(number.rounded())) \(unit)" }
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
