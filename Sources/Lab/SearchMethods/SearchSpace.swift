import Autograd
import Configuration
import Foundation

/// The values that a search can choose from, one axis per parameter.
public struct SearchSpace: Sendable {
    /// The values of one parameter.
    public struct Axis: Sendable {
        /// The path in the experiment.
        public var name: String
        /// The possible values.
        public var values: Values
    }

    /// The possible values of a parameter.
    public enum Values: Sendable {
        /// One of these.
        case list([JSONValue])
        /// A real number between two bounds.
        case real(low: Double, high: Double, isLogarithmic: Bool)
        /// An integer between two inclusive bounds.
        case integer(low: Int, high: Int)
        /// A distribution of another program, which can only be drawn from.
        case other(any SweepRange)
    }

    /// The parameters, in the order of the config.
    public var axes: [Axis]

    /// Creates a space from the parameters of a config.
    public init(_ parameters: Named<SearchParameter>) {
        axes = parameters.entries.map { entry in
            switch entry.value {
            case .first(let list): Axis(name: entry.name, values: .list(list))
            case .second(let range):
                switch range.value {
                case let choice as ChoiceRange: Axis(name: entry.name, values: .list(choice.values))
                case let range as UniformRange:
                    Axis(
                        name: entry.name,
                        values: .real(low: range.low, high: range.high, isLogarithmic: false))
                case let range as LogUniformRange:
                    Axis(
                        name: entry.name,
                        values: .real(low: range.low, high: range.high, isLogarithmic: true))
                case let range as IntegerRange:
                    Axis(name: entry.name, values: .integer(low: range.low, high: range.high))
                default: Axis(name: entry.name, values: .other(range.value))
                }
            }
        }
    }

    /// The number of combinations; nil if an axis is not a list.
    public var combinations: Int? {
        var count = 1
        for axis in axes {
            guard case .list(let values) = axis.values else { return nil }
            let (product, isOverflow) = count.multipliedReportingOverflow(by: values.count)
            guard !isOverflow else { return .max }
            count = product
        }
        return count
    }

    /// Returns a combination of lists; the last axis changes fastest.
    public func combination(_ index: Int) -> [JSONValue] {
        var rest = index
        return axes.reversed().map { axis -> JSONValue in
            guard case .list(let values) = axis.values, !values.isEmpty else { return .null }
            defer { rest /= values.count }
            return values[rest % values.count]
        }.reversed()
    }

    /// Draws one value per axis.
    public func draw(_ generator: RandomGenerator) -> [JSONValue] {
        axes.map { axis in
            let generator = generator.split(axis.name)
            switch axis.values {
            case .list(let values): return values[generator.below(values.count)]
            case .other(let range): return range.draw(generator)
            case .integer(let low, let high):
                return JSONValue(.integer(low + generator.below(high - low + 1)))
            case .real: return axis.values.value(at: generator.uniform())
            }
        }
    }
}

extension SearchSpace.Values {
    /// The value at a position in 0...1 of a numeric axis.
    public func value(at position: Double) -> JSONValue {
        let position = min(max(position, 0), 1)
        switch self {
        case .real(let low, let high, false): return JSONValue(.number(low + (high - low) * position))
        case .real(let low, let high, true):
            let value = exp(log(low) + (log(high) - log(low)) * position)
            return JSONValue(.number(min(high, max(low, value))))
        case .integer(let low, let high):
            let count = Double(high - low + 1)
            return JSONValue(.integer(min(high, low + Int((count * position).rounded(.down)))))
        case .list, .other: return .null
        }
    }

    /// The position in 0...1 of a value of a numeric axis.
    public func position(of value: JSONValue) -> Double {
        let number = value.double ?? 0
        switch self {
        case .real(let low, let high, false): return high > low ? (number - low) / (high - low) : 0.5
        case .real(let low, let high, true):
            return high > low ? (log(number) - log(low)) / (log(high) - log(low)) : 0.5
        case .integer(let low, let high): return (number - Double(low) + 0.5) / Double(high - low + 1)
        case .list, .other: return 0.5
        }
    }
}

/// The values of a parameter: a list, or a distribution.
public typealias SearchParameter = Either<[JSONValue], AnyRange>
