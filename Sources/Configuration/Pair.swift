/// Two values of the same type: `[20, 8000]`.
public struct Pair<Element: ConfigurationValue>: ConfigurationValue {
    /// The first value.
    public var first: Element
    /// The second value.
    public var second: Element

    /// Creates a pair.
    public init(_ first: Element, _ second: Element) {
        self.first = first
        self.second = second
    }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Pair? {
        guard let elements = json.elements, elements.count == 2 else {
            context.mismatch(json, allowed)
            return nil
        }
        guard let values = [Element].decode(json, context) else { return nil }
        return Pair(values[0], values[1])
    }

    public func encode() -> JSONValue { [first.encode(), second.encode()] }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["type": "array", "items": Element.schema(book), "minItems": 2, "maxItems": 2]
    }

    public static var allowed: String { "a list of two \(Element.allowedMany)" }
    public static func resembles(_ json: JSONValue) -> Bool { [Element].resembles(json) }
}
