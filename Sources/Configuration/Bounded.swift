/// A type with numbers in it that `.atLeast`, `.above` and the like can bound: a number, or lists and pairs of them.
public protocol Bounded: ConfigurationValue {
    /// The number that is bounded.
    associatedtype Bound: ConfigurationValue & Comparable
    /// Whether the numbers are elements of the value rather than the value.
    static var boundsElements: Bool { get }
    /// Calls `visit` with every number, with its JSON and the index it stands at.
    func visitBounded(_ json: JSONValue, _ visit: (Bound, JSONValue, Int?) -> Void)
}

extension Bounded where Self: Comparable {
    public static var boundsElements: Bool { false }
    public func visitBounded(_ json: JSONValue, _ visit: (Self, JSONValue, Int?) -> Void) {
        visit(self, json, nil)
    }
}

extension Int: Bounded { public typealias Bound = Int }
extension Double: Bounded { public typealias Bound = Double }
extension Float: Bounded { public typealias Bound = Float }

extension Optional: Bounded where Wrapped: Bounded {
    public static var boundsElements: Bool { Wrapped.boundsElements }
    public func visitBounded(_ json: JSONValue, _ visit: (Wrapped.Bound, JSONValue, Int?) -> Void) {
        self?.visitBounded(json, visit)
    }
}

extension Array: Bounded where Element: Bounded {
    public static var boundsElements: Bool { true }
    public func visitBounded(_ json: JSONValue, _ visit: (Element.Bound, JSONValue, Int?) -> Void) {
        for (index, pair) in zip(self, json.elements ?? []).enumerated() {
            pair.0.visitBounded(pair.1) { value, json, _ in visit(value, json, index) }
        }
    }
}

extension Pair: Bounded where Element: Bounded {
    public static var boundsElements: Bool { true }
    public func visitBounded(_ json: JSONValue, _ visit: (Element.Bound, JSONValue, Int?) -> Void) {
        [first, second].visitBounded(json, visit)
    }
}

extension OneOrTwo: Bounded where Element: Bounded {
    public static var boundsElements: Bool { false }
    public func visitBounded(_ json: JSONValue, _ visit: (Element.Bound, JSONValue, Int?) -> Void) {
        if json.elements == nil {
            first.visitBounded(json, visit)
        } else {
            [first, second].visitBounded(json, visit)
        }
    }
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
