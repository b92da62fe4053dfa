/// Two values that are written as one value if they are equal: `3` is the same as `[3, 3]`, as in the kernel size
/// of a 2D convolution.
public struct OneOrTwo<Element: ConfigurationValue & Equatable>: ConfigurationValue, Equatable {
    /// The first value.
    public var first: Element
    /// The second value.
    public var second: Element

    /// Creates a pair of equal values.
    public init(_ both: Element) {
        self.init(both, both)
    }

    /// Creates a pair.
    public init(_ first: Element, _ second: Element) {
        self.first = first
        self.second = second
    }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> OneOrTwo? {
        if json.elements != nil {
            guard json.elements?.count == 2 else {
                context.mismatch(json, allowed)
                return nil
            }
            return Pair<Element>.decode(json, context).map { OneOrTwo($0.first, $0.second) }
        }
        guard Element.resembles(json) else {
            context.mismatch(json, allowed)
            return nil
        }
        return context.asElement { Element.decode(json, context) }.map { OneOrTwo($0) }
    }

    public func encode() -> JSONValue {
        first == second ? first.encode() : [first.encode(), second.encode()]
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["anyOf": [Element.schema(book), Pair<Element>.schema(book)]]
    }

    public static var allowed: String { "\(Element.allowed) or a list of two" }
    public static func resembles(_ json: JSONValue) -> Bool {
        Element.resembles(json) || Pair<Element>.resembles(json)
    }
}
