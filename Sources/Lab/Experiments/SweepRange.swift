import Autograd
import Configuration
import Glibc

/// What a value is drawn from.
public protocol SweepRange: TaggedOptions {
    /// A value of the range.
    func draw(_ generator: RandomGenerator) -> JSONValue
}

/// The ranges that a config may name.
public enum SweepRanges: Registry {
    /// What stands in a config is a range.
    public typealias Value = any SweepRange

    public static var noun: String { "range" }
    public static var builtIn: [any TaggedOptions.Type] {
        [ChoiceRange.self, UniformRange.self, LogUniformRange.self, IntegerRange.self]
    }
}

/// A range of any kind inside a config.
public typealias AnyRange = Tagged<SweepRanges>

/// One of some values, all equally likely.
public struct ChoiceRange: SweepRange {
    public var values: [JSONValue] = []

    public static let type = "choice"
    public static let summary = "One of some values."
    public static let fields: [Field<Self>] = [
        .init("values", \.values, "The values.", .required, .notEmpty)
    ]

    public init() {}
    /// Each value as likely; one that stands twice is twice as likely.
    public func draw(_ generator: RandomGenerator) -> JSONValue { values[generator.below(values.count)] }
}

/// A number between two bounds.
public struct UniformRange: SweepRange {
    public var low = 0.0
    public var high = 1.0

    public static let type = "uniform"
    public static let summary = "A number between two bounds."
    public static let fields: [Field<Self>] = [
        .init("low", \.low, "The lower bound.", .required),
        .init("high", \.high, "The upper bound.", .required),
    ]

    public init() {}
    public var complaints: [Complaint] { ordered(low, high) }

    /// Each number as likely, the lower bound among them.
    public func draw(_ generator: RandomGenerator) -> JSONValue {
        JSONValue(.number(low + (high - low) * generator.uniform()))
    }
}

/// A number between two bounds whose logarithm is uniform: for learning rates and the like.
public struct LogUniformRange: SweepRange {
    public var low = 0.0
    public var high = 1.0

    public static let type = "log_uniform"
    public static let summary = "A number between two bounds, each power of ten as likely as the next."
    public static let fields: [Field<Self>] = [
        .init("low", \.low, "The lower bound.", .required, .above(0)),
        .init("high", \.high, "The upper bound.", .required, .above(0)),
    ]

    public init() {}
    public var complaints: [Complaint] { ordered(low, high) }

    /// Never outside the bounds, whatever rounding does.
    public func draw(_ generator: RandomGenerator) -> JSONValue {
        JSONValue(.number(min(high, max(low, exp(log(low) + (log(high) - log(low)) * generator.uniform())))))
    }
}

/// A whole number between two bounds, both of which may be drawn.
public struct IntegerRange: SweepRange {
    public var low = 0
    public var high = 0

    public static let type = "integer"
    public static let summary = "A whole number from one bound to the other."
    public static let fields: [Field<Self>] = [
        .init("low", \.low, "The least number.", .required, .range(-1 << 53...1 << 53)),
        .init("high", \.high, "The largest number.", .required, .range(-1 << 53...1 << 53)),
    ]

    public init() {}
    public var complaints: [Complaint] { ordered(low, high) }

    /// Each whole number as likely, both bounds among them.
    public func draw(_ generator: RandomGenerator) -> JSONValue {
        JSONValue(.integer(low + generator.below(high - low + 1)))
    }
}

private func ordered<Bound: Comparable>(_ low: Bound, _ high: Bound) -> [Complaint] {
    low <= high ? [] : [Complaint("high", "expected at least \"low\", which is \(low), found \(high)")]
}
