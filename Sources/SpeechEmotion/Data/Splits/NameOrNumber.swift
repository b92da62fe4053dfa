import Autograd
import Configuration

/// A value of a column: a text, or an integer that also matches texts such as "01".
public struct NameOrNumber: ConfigurationValue, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// The value as written.
    public var text: String
    private var number: Int?

    /// Matches this text only: "01" is not "1".
    public init(stringLiteral text: String) { self.text = text }
    /// Matches the number in any notation: 1 matches "1" and "01".
    public init(integerLiteral number: Int) {
        text = String(number)
        self.number = number
    }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> NameOrNumber? {
        if let number = json.integer { return NameOrNumber(integerLiteral: number) }
        if json.text != nil { return String.decode(json, context).map { NameOrNumber(stringLiteral: $0) } }
        context.mismatch(json, allowed)
        return nil
    }

    public func encode() -> JSONValue { number?.encode() ?? text.encode() }
    public static func schema(_ book: SchemaBook) -> JSONValue { ["type": ["string", "integer"]] }
    public static var allowed: String { "a string or an integer" }
    public static var allowedMany: String { "strings or integers" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil || json.integer != nil }

    /// Returns the name that matches.
    func find(in names: [String]) -> String? {
        if names.contains(text) { return text }
        guard let number else { return nil }
        return names.first { $0.isDigits && Int($0) == number }
    }
}
