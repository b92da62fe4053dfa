/// One of two alternatives, distinguished by their shape. If both match, the first is used.
public enum Either<First: ConfigurationValue, Second: ConfigurationValue>: ConfigurationValue {
    /// The first alternative.
    case first(First)
    /// The second alternative.
    case second(Second)

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Either? {
        if First.resembles(json) { return part(json, context).map { .first($0) } }
        if Second.resembles(json) { return part(json, context).map { .second($0) } }
        context.mismatch(json, allowed)
        return nil
    }

    /// If an alternative is a plain number, the bounds of elements apply to it.
    private static func part<Part: ConfigurationValue>(_ json: JSONValue, _ context: Decoding) -> Part? {
        let isBare = (Part.self as? any Bounded.Type)?.boundsElements == false
        guard isBare, Self.self is any Bounded.Type else { return Part.decode(json, context) }
        return context.asElement { Part.decode(json, context) }
    }

    public func encode() -> JSONValue {
        switch self {
        case .first(let value): value.encode()
        case .second(let value): value.encode()
        }
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["anyOf": [First.schema(book), Second.schema(book)]]
    }

    public static var allowed: String { "\(First.allowed) or \(Second.allowed)" }
    public static func resembles(_ json: JSONValue) -> Bool {
        First.resembles(json) || Second.resembles(json)
    }
}
