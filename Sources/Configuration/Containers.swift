/// null and a missing key decode as nil.
extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Wrapped?? {
        if json.isNull { return .some(nil) }
        return Wrapped.decode(json, context).map { .some($0) }
    }

    public static func decode(_ json: JSONValue, _ context: Decoding, over base: Wrapped?) -> Wrapped?? {
        guard let base, !json.isNull else { return decode(json, context) }
        return Wrapped.decode(json, context, over: base).map { .some($0) }
    }

    public func encode() -> JSONValue { self?.encode() ?? JSONValue(.null) }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        var schema = Wrapped.schema(book)
        if schema.members?.isEmpty == true { return schema }
        if let type = schema["type"], type.text != nil, schema.members?.count == 1 {
            schema["type"] = [type, "null"]
            return schema
        }
        return ["anyOf": [schema, ["type": "null"]]]
    }

    public static var allowed: String { "\(Wrapped.allowed) or null" }
    public static func resembles(_ json: JSONValue) -> Bool { json.isNull || Wrapped.resembles(json) }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> [Element]? {
        guard let elements = json.elements else {
            let isSingle = !json.isNull && Element.resembles(json)
            context.mismatch(json, allowed, hint: isSingle ? "; write [\(json.shown)]" : "")
            return nil
        }
        let values = elements.enumerated().map { index, element in
            context.inside(.index(index), at: element.place) { Element.decode(element, context) }
        }
        let good = values.compactMap { $0 }
        return good.count == values.count ? good : nil
    }

    public func encode() -> JSONValue { JSONValue(.list(map { $0.encode() })) }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["type": "array", "items": Element.schema(book)]
    }

    public static var allowed: String { "a list of \(Element.allowedMany)" }
    public static var allowedMany: String { "lists of \(Element.allowedMany)" }

    public static func resembles(_ json: JSONValue) -> Bool {
        guard let elements = json.elements else { return false }
        return elements.first.map(Element.resembles) ?? true
    }
}

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

/// An object with arbitrary keys, in document order: `{"encoder": ..., "head": ...}`.
public struct Named<Value: ConfigurationValue>: ConfigurationValue {
    /// An entry.
    public struct Entry: Sendable {
        /// The key.
        public var name: String
        /// The value.
        public var value: Value

        /// Creates an entry.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// The entries in document order.
    public var entries: [Entry]

    /// Creates a list of entries in the given order. Names should be unique.
    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    /// Returns the value for a name, or nil if there is none.
    public subscript(name: String) -> Value? { entries.first { $0.name == name }?.value }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Named? {
        guard let members = json.members else {
            context.mismatch(json, allowed)
            return nil
        }
        let entries = members.map { member in
            context.inside(.key(member.key), at: member.value.place) {
                Value.decode(member.value, context).map { Entry(member.key, $0) }
            }
        }
        let good = entries.compactMap { $0 }
        return good.count == entries.count ? Named(good) : nil
    }

    public func encode() -> JSONValue {
        JSONValue(.object(entries.map { JSONMember($0.name, $0.value.encode()) }))
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["type": "object", "additionalProperties": Value.schema(book)]
    }

    public static var allowed: String { "an object of named \(Value.allowedMany)" }
    public static func resembles(_ json: JSONValue) -> Bool { json.members != nil }
}

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
