/// A type that supports numeric bounds such as `.atLeast` and `.above`: a number, or a list or pair of numbers.
public protocol Bounded: ConfigurationValue {
    /// The number type to which the bounds apply. Its `decode` must call `Decoding.bounded`.
    associatedtype Bound: ConfigurationValue & Comparable
    /// Whether the bounds apply to the elements of the value rather than to the value itself.
    static var boundsElements: Bool { get }
}

/// Bounds are integers.
extension Int: Bounded {
    public typealias Bound = Int
    public static var boundsElements: Bool { false }
}

/// Bounds are Double values.
extension Double: Bounded {
    public typealias Bound = Double
    public static var boundsElements: Bool { false }
}

/// Bounds are Float values.
extension Float: Bounded {
    public typealias Bound = Float
    public static var boundsElements: Bool { false }
}

/// Bounds apply to the wrapped value. null satisfies any bounds.
extension Optional: Bounded where Wrapped: Bounded {
    public typealias Bound = Wrapped.Bound
    public static var boundsElements: Bool { Wrapped.boundsElements }
}

/// Bounds apply to every element, not to the number of elements.
extension Array: Bounded where Element: Bounded {
    public typealias Bound = Element.Bound
    public static var boundsElements: Bool { true }
}

/// Bounds apply to both numbers.
extension Pair: Bounded where Element: Bounded {
    public typealias Bound = Element.Bound
    public static var boundsElements: Bool { true }
}

/// Bounds apply to both numbers.
extension OneOrTwo: Bounded where Element: Bounded {
    public typealias Bound = Element.Bound
    public static var boundsElements: Bool { true }
}

/// Bounds apply to whichever alternative is present.
extension Either: Bounded where First: Bounded, Second: Bounded, First.Bound == Second.Bound {
    public typealias Bound = First.Bound
    public static var boundsElements: Bool { true }
}

/// A type whose size `.count` can constrain.
public protocol Counted: ConfigurationValue {
    /// The number of elements or characters, or nil if there is no value.
    var countOfElements: Int? { get }
    /// The unit, such as `elements` or `characters`.
    static var nameOfElements: String { get }
    /// The JSON Schema keywords for the minimum and maximum count.
    static var countKeywords: (least: String, most: String) { get }
}

/// Counts elements.
extension Array: Counted where Element: ConfigurationValue {
    public var countOfElements: Int? { count }
    public static var nameOfElements: String { "elements" }
    public static var countKeywords: (least: String, most: String) { ("minItems", "maxItems") }
}

/// Counts keys.
extension Named: Counted {
    public var countOfElements: Int? { entries.count }
    public static var nameOfElements: String { "keys" }
    public static var countKeywords: (least: String, most: String) { ("minProperties", "maxProperties") }
}

/// Counts Unicode scalars, like the string lengths of JSON Schema.
extension String: Counted {
    public var countOfElements: Int? { unicodeScalars.count }
    public static var nameOfElements: String { "characters" }
    public static var countKeywords: (least: String, most: String) { ("minLength", "maxLength") }
}

/// Counts the wrapped value. null satisfies any count.
extension Optional: Counted where Wrapped: Counted {
    public var countOfElements: Int? { self?.countOfElements }
    public static var nameOfElements: String { Wrapped.nameOfElements }
    public static var countKeywords: (least: String, most: String) { Wrapped.countKeywords }
}
