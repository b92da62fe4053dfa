/// A type that a configuration field can have. It decodes itself from JSON, encodes itself, and describes itself.
public protocol ConfigurationValue: Sendable {
    /// Decodes the value. Reports an issue and returns nil if it is invalid.
    static func decode(_ json: JSONValue, _ context: Decoding) -> Self?
    /// Decodes the value. Keys that the document omits are taken from `base`. Used for nested options.
    static func decode(_ json: JSONValue, _ context: Decoding, over base: Self) -> Self?
    /// The value as JSON, including defaults.
    func encode() -> JSONValue
    /// The JSON Schema of the type. Named types are added to the book's definitions.
    static func schema(_ book: SchemaBook) -> JSONValue
    /// A description of the allowed values that completes the sentence "expected ...".
    static var allowed: String { get }
    /// The plural of `allowed`.
    static var allowedMany: String { get }
    /// Whether the JSON has the shape of this type, even if parts of it are invalid. `Either` uses it to choose an
    /// alternative.
    static func resembles(_ json: JSONValue) -> Bool
}

extension ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding, over base: Self) -> Self? {
        decode(json, context)
    }

    public static var allowedMany: String { "elements, each \(allowed)" }
}

extension Bool: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Bool? {
        if case .bool(let value) = json.content { return value }
        let isQuoted = json.text == "true" || json.text == "false"
        context.mismatch(json, allowed, hint: isQuoted ? "; write it without quotes" : "")
        return nil
    }

    public func encode() -> JSONValue { JSONValue(.bool(self)) }
    public static func schema(_ book: SchemaBook) -> JSONValue { ["type": "boolean"] }
    public static var allowed: String { "true or false" }
    public static func resembles(_ json: JSONValue) -> Bool {
        if case .bool = json.content { true } else { false }
    }
}

extension Int: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Int? {
        if let value = json.integer { return context.bounded(value, json) }
        if let value = json.double, value.magnitude >= 9.2e18 {
            context.mismatch(json, allowed, hint: ", which exceeds 64 bits")
        } else {
            context.mismatch(json, allowed, hint: json.quotesHint)
        }
        return nil
    }

    public func encode() -> JSONValue { JSONValue(.integer(self)) }
    public static func schema(_ book: SchemaBook) -> JSONValue { ["type": "integer"] }
    public static var allowed: String { "an integer" }
    public static var allowedMany: String { "integers" }
    public static func resembles(_ json: JSONValue) -> Bool { json.integer != nil }
}

extension Double: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Double? {
        if let value = json.double, value.isFinite { return context.bounded(value, json) }
        context.mismatch(json, allowed, hint: json.quotesHint)
        return nil
    }

    /// JSON has neither NaN nor infinity; they are written as null.
    public func encode() -> JSONValue { JSONValue(.number(self)) }
    public static func schema(_ book: SchemaBook) -> JSONValue { ["type": "number"] }
    public static var allowed: String { "a number" }
    public static var allowedMany: String { "numbers" }
    public static func resembles(_ json: JSONValue) -> Bool { json.double != nil }
}

extension Float: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Float? {
        if let value = json.double.map({ Float($0) }), value.isFinite { return context.bounded(value, json) }
        context.mismatch(
            json, allowed, hint: json.double == nil ? json.quotesHint : "; the maximum is 3.4e38")
        return nil
    }

    /// Written with the fewest digits that identify the Float: 0.1, not 0.10000000149011612.
    public func encode() -> JSONValue {
        let short = Double("\(self)") ?? Double(self)
        return JSONValue(.number(Float(short) == self ? short : Double(self)))
    }

    public static func schema(_ book: SchemaBook) -> JSONValue { Double.schema(book) }
    public static var allowed: String { Double.allowed }
    public static var allowedMany: String { Double.allowedMany }
    public static func resembles(_ json: JSONValue) -> Bool { Double.resembles(json) }
}

extension String: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> String? {
        if let text = json.text { return context.expanded(text, at: json.place) }
        let isScalar = json.double != nil || Bool.resembles(json)
        context.mismatch(json, allowed, hint: isScalar ? "; write \(JSONValue.quoted(json.shown))" : "")
        return nil
    }

    public func encode() -> JSONValue { JSONValue(.text(self)) }
    public static func schema(_ book: SchemaBook) -> JSONValue { ["type": "string"] }
    public static var allowed: String { "a string" }
    public static var allowedMany: String { "strings" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil }
}

/// Any JSON value, unchanged.
extension JSONValue: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> JSONValue? { json }
    public func encode() -> JSONValue { self }
    public static func schema(_ book: SchemaBook) -> JSONValue { [:] }
    public static var allowed: String { "any value" }
    public static var allowedMany: String { "values" }
    public static func resembles(_ json: JSONValue) -> Bool { true }
}

/// A choice of strings: `enum Padding: String, CaseIterable, ConfigurationValue { case same, valid }`.
extension ConfigurationValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Self? {
        if let text = json.text, let value = Self(rawValue: text) { return value }
        let question = json.text.map { Suggestion.question($0, allCases.map(\.rawValue)) } ?? ""
        context.mismatch(json, allowed, hint: question)
        return nil
    }

    public func encode() -> JSONValue { JSONValue(.text(rawValue)) }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["enum": JSONValue(.list(allCases.map { $0.encode() }))]
    }

    public static var allowed: String { allCases.map { JSONValue.quoted($0.rawValue) }.choice }
    public static var allowedMany: String { "values out of \(allowed)" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil }
}

extension JSONValue {
    fileprivate var quotesHint: String {
        guard let text, text.utf8.count <= 40, Double(text) != nil else { return "" }
        return "; write it without quotes"
    }
}

extension [String] {
    /// Joins the elements as `a, b or c`.
    var choice: String {
        count < 2 ? joined() : dropLast().joined(separator: ", ") + " or " + self[count - 1]
    }
}
