/// A type with numbers in it that `.atLeast`, `.above` and the like can bound: a number, or lists and pairs of them.
public protocol Bounded: ConfigurationValue {
    /// The number that is bounded. Its `decode` asks `Decoding.bounded`.
    associatedtype Bound: ConfigurationValue & Comparable
    /// Whether the numbers are elements of the value rather than the value.
    static var boundsElements: Bool { get }
}

extension Int: Bounded {
    public typealias Bound = Int
    public static var boundsElements: Bool { false }
}

extension Double: Bounded {
    public typealias Bound = Double
    public static var boundsElements: Bool { false }
}

extension Float: Bounded {
    public typealias Bound = Float
    public static var boundsElements: Bool { false }
}

extension Optional: Bounded where Wrapped: Bounded {
    public typealias Bound = Wrapped.Bound
    public static var boundsElements: Bool { Wrapped.boundsElements }
}

extension Array: Bounded where Element: Bounded {
    public typealias Bound = Element.Bound
    public static var boundsElements: Bool { true }
}

extension Pair: Bounded where Element: Bounded {
    public typealias Bound = Element.Bound
    public static var boundsElements: Bool { true }
}

extension OneOrTwo: Bounded where Element: Bounded {
    public typealias Bound = Element.Bound
    public static var boundsElements: Bool { true }
}

extension Either: Bounded where First: Bounded, Second: Bounded, First.Bound == Second.Bound {
    public typealias Bound = First.Bound
    public static var boundsElements: Bool { true }
}

/// A type that `.count` can bound.
public protocol Counted: ConfigurationValue {
    /// How many elements or characters there are; nil where there is no value.
    var countOfElements: Int? { get }
    /// `elements`, `characters`
    static var nameOfElements: String { get }
    /// The words of JSON Schema for the least and the largest count.
    static var countKeywords: (least: String, most: String) { get }
}

extension Array: Counted where Element: ConfigurationValue {
    public var countOfElements: Int? { count }
    public static var nameOfElements: String { "elements" }
    public static var countKeywords: (least: String, most: String) { ("minItems", "maxItems") }
}

extension Named: Counted {
    public var countOfElements: Int? { entries.count }
    public static var nameOfElements: String { "keys" }
    public static var countKeywords: (least: String, most: String) { ("minProperties", "maxProperties") }
}

extension String: Counted {
    public var countOfElements: Int? { unicodeScalars.count }
    public static var nameOfElements: String { "characters" }
    public static var countKeywords: (least: String, most: String) { ("minLength", "maxLength") }
}

extension Optional: Counted where Wrapped: Counted {
    public var countOfElements: Int? { self?.countOfElements }
    public static var nameOfElements: String { Wrapped.nameOfElements }
    public static var countKeywords: (least: String, most: String) { Wrapped.countKeywords }
}
