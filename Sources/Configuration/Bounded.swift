/// A type with numbers in it that `.atLeast`, `.above` and the like can bound: a number, or lists and pairs of them.
public protocol Bounded: ConfigurationValue {
    /// The number that is bounded. Its `decode` asks `Decoding.bounded`.
    associatedtype Bound: ConfigurationValue & Comparable
    /// Whether the numbers are elements of the value rather than the value.
    static var boundsElements: Bool { get }
}

/// Bounded itself, by whole numbers.
extension Int: Bounded {
    public typealias Bound = Int
    public static var boundsElements: Bool { false }
}

/// Bounded itself.
extension Double: Bounded {
    public typealias Bound = Double
    public static var boundsElements: Bool { false }
}

/// Bounded itself, by numbers of its own precision.
extension Float: Bounded {
    public typealias Bound = Float
    public static var boundsElements: Bool { false }
}

/// Bounded where there is a value; null is within any bounds.
extension Optional: Bounded where Wrapped: Bounded {
    public typealias Bound = Wrapped.Bound
    public static var boundsElements: Bool { Wrapped.boundsElements }
}

/// Every element is bounded, not how many there are.
extension Array: Bounded where Element: Bounded {
    public typealias Bound = Element.Bound
    public static var boundsElements: Bool { true }
}

/// Both numbers are bounded.
extension Pair: Bounded where Element: Bounded {
    public typealias Bound = Element.Bound
    public static var boundsElements: Bool { true }
}

/// Both numbers are bounded.
extension OneOrTwo: Bounded where Element: Bounded {
    public typealias Bound = Element.Bound
    public static var boundsElements: Bool { true }
}

/// Whichever it is has to be within the bounds.
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

/// The count is of elements.
extension Array: Counted where Element: ConfigurationValue {
    public var countOfElements: Int? { count }
    public static var nameOfElements: String { "elements" }
    public static var countKeywords: (least: String, most: String) { ("minItems", "maxItems") }
}

/// The count is of keys.
extension Named: Counted {
    public var countOfElements: Int? { entries.count }
    public static var nameOfElements: String { "keys" }
    public static var countKeywords: (least: String, most: String) { ("minProperties", "maxProperties") }
}

/// The count is of Unicode scalars, as JSON Schema counts characters.
extension String: Counted {
    public var countOfElements: Int? { unicodeScalars.count }
    public static var nameOfElements: String { "characters" }
    public static var countKeywords: (least: String, most: String) { ("minLength", "maxLength") }
}

/// The count is of the value, where there is one; null passes.
extension Optional: Counted where Wrapped: Counted {
    public var countOfElements: Int? { self?.countOfElements }
    public static var nameOfElements: String { Wrapped.nameOfElements }
    public static var countKeywords: (least: String, most: String) { Wrapped.countKeywords }
}
