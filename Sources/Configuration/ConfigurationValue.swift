/// A type that a field of a configuration may have: it reads itself from JSON, writes itself back and describes itself.
public protocol ConfigurationValue: Sendable {
    /// Reads the value, or notes what is wrong and returns nil.
    static func decode(_ json: JSONValue, _ context: Decoding) -> Self?
    /// Reads the value; what the document leaves out is taken from `base`. Nested options use it.
    static func decode(_ json: JSONValue, _ context: Decoding, over base: Self) -> Self?
    /// The value as JSON, defaults written out.
    func encode() -> JSONValue
    /// The JSON Schema of the type. Types with a name go into the book's definitions.
    static func schema(_ book: SchemaBook) -> JSONValue
    /// What is allowed, in words that follow "expected": `a whole number`.
    static var allowed: String { get }
    /// The same for several: `whole numbers`.
    static var allowedMany: String { get }
    /// Whether the JSON is of this type's shape, whatever is wrong inside it. `Either` chooses by it.
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
            context.mismatch(json, allowed, hint: ", which is beyond 64 bits")
        } else {
            context.mismatch(json, allowed, hint: json.quotesHint)
        }
        return nil
    }

    public func encode() -> JSONValue { JSONValue(.integer(self)) }
    public static func schema(_ book: SchemaBook) -> JSONValue { ["type": "integer"] }
    public static var allowed: String { "a whole number" }
    public static var allowedMany: String { "whole numbers" }
    public static func resembles(_ json: JSONValue) -> Bool { json.integer != nil }
}

extension Double: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Double? {
        if let value = json.double, value.isFinite { return context.bounded(value, json) }
        context.mismatch(json, allowed, hint: json.quotesHint)
        return nil
    }

    /// JSON has no NaN and no infinity: they are written as null.
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
            json, allowed, hint: json.double == nil ? json.quotesHint : "; it can be 3.4e38 at most")
        return nil
    }

    /// Written with the fewest digits that give the same Float: 0.1, not 0.10000000149011612.
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
    public static var allowed: String { "text" }
    public static var allowedMany: String { "texts" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil }
}

/// Any JSON, kept as it is.
extension JSONValue: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> JSONValue? { json }
    public func encode() -> JSONValue { self }
    public static func schema(_ book: SchemaBook) -> JSONValue { [:] }
    public static var allowed: String { "any value" }
    public static var allowedMany: String { "any values" }
    public static func resembles(_ json: JSONValue) -> Bool { true }
}

/// A choice of words: `enum Padding: String, CaseIterable, ConfigurationValue { case same, valid }`.
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
    public static var allowedMany: String { "words out of \(allowed)" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil }
}

extension JSONValue {
    fileprivate var quotesHint: String {
        guard let text, text.utf8.count <= 40, Double(text) != nil else { return "" }
        return "; write it without quotes"
    }
}

extension [String] {
    /// `a, b or c`
    var choice: String {
        count < 2 ? joined() : dropLast().joined(separator: ", ") + " or " + self[count - 1]
    }
}
