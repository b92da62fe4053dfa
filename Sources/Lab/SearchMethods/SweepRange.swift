import Autograd
import Configuration
import Glibc

/// A distribution to draw values from.
public protocol SweepRange: TaggedOptions {
    /// Draws a value.
    func draw(_ generator: RandomGenerator) -> JSONValue
}

/// The registry of ranges.
public enum SweepRanges: Registry {
    /// The type of the registered values.
    public typealias Value = any SweepRange

    public static var noun: String { "range" }
    public static var builtIn: [any TaggedOptions.Type] {
        [ChoiceRange.self, UniformRange.self, LogUniformRange.self, IntegerRange.self]
    }
}

/// A range of any type in a config.
public typealias AnyRange = Tagged<SweepRanges>

/// A uniform choice from a list of values.
public struct ChoiceRange: SweepRange {
    public var values: [JSONValue] = []

    public static let type = "choice"
    public static let summary = "Uniform choice from a list of values."
    public static let fields: [Field<Self>] = [
        .init(
            "values", \.values, "Values to choose from; a repeated value is more likely.", .required,
            .notEmpty)
    ]

    public init() {}
    /// Draws a value; one that is listed twice is twice as likely.
    public func draw(_ generator: RandomGenerator) -> JSONValue { values[generator.below(values.count)] }
}

/// A uniform distribution between two bounds.
public struct UniformRange: SweepRange {
    public var low = 0.0
    public var high = 1.0

    public static let type = "uniform"
    public static let summary = "Uniform distribution between two bounds."
    public static let fields: [Field<Self>] = [
        .init("low", \.low, "Lower bound.", .required),
        .init("high", \.high, "Upper bound.", .required),
    ]

    public init() {}
    public var validationIssues: [ValidationIssue] { ordered(low, high) }

    /// Draws from the half-open interval [low, high).
    public func draw(_ generator: RandomGenerator) -> JSONValue {
        JSONValue(.number(low + (high - low) * generator.uniform()))
    }
}

/// A log-uniform distribution between two bounds, for parameters such as learning rates.
public struct LogUniformRange: SweepRange {
    public var low = 0.0
    public var high = 1.0

    public static let type = "log_uniform"
    public static let summary =
        "Log-uniform distribution between two bounds, for parameters such as learning rates."
    public static let fields: [Field<Self>] = [
        .init("low", \.low, "Lower bound.", .required, .above(0)),
        .init("high", \.high, "Upper bound.", .required, .above(0)),
    ]

    public init() {}
    public var validationIssues: [ValidationIssue] { ordered(low, high) }

    /// Draws a value, clamped to the bounds against rounding errors.
    public func draw(_ generator: RandomGenerator) -> JSONValue {
        JSONValue(.number(min(high, max(low, exp(log(low) + (log(high) - log(low)) * generator.uniform())))))
    }
}

/// A uniform distribution of integers between two inclusive bounds.
public struct IntegerRange: SweepRange {
    public var low = 0
    public var high = 0

    public static let type = "integer"
    public static let summary = "Uniformly distributed integer between two inclusive bounds."
    public static let fields: [Field<Self>] = [
        .init("low", \.low, "Smallest value.", .required, .range(-1 << 53...1 << 53)),
        .init("high", \.high, "Largest value.", .required, .range(-1 << 53...1 << 53)),
    ]

    public init() {}
    public var validationIssues: [ValidationIssue] { ordered(low, high) }

    /// Draws an integer from [low, high].
    public func draw(_ generator: RandomGenerator) -> JSONValue {
        JSONValue(.integer(low + generator.below(high - low + 1)))
    }
}

private func ordered<Bound: Comparable>(_ low: Bound, _ high: Bound) -> [ValidationIssue] {
    low <= high
        ? [] : [ValidationIssue("high", "expected at least the value of \"low\", \(low), found \(high)")]
}
