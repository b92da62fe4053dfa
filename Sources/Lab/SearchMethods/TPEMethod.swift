import Autograd
import Configuration
import Foundation

/// Tree-structured Parzen estimator (Bergstra et al. 2011): draws values where the density of good trials is high compared
/// with that of the others.
public struct TPEMethod: SearchMethod {
    public var trials = 50
    public var startupTrials = 10
    public var candidates = 24

    public static let type = "tpe"
    public static let summary =
        "Tree-structured Parzen estimator: after some random trials, draws values that resemble those of the best trials."
    public static let fields: [Field<Self>] = [
        .init("trials", \.trials, "Number of trials.", .range(1...100_000)),
        .init(
            "startup_trials", \.startupTrials, "Number of random trials at the beginning.", .range(1...1000)),
        .init(
            "candidates", \.candidates, "Number of candidate values drawn for each parameter of a trial.",
            .range(1...1000)),
    ]

    public init() {}

    /// The number of trials in all.
    public func count(_ space: SearchSpace) -> Int { trials }

    /// The next trials; see `SearchMethod`.
    public func next(
        _ space: SearchSpace, _ results: [Trial], _ generator: RandomGenerator
    ) -> [Trial.Request] {
        let number = results.count
        guard number < trials else { return [] }
        if number < startupTrials {
            return (number..<min(startupTrials, trials)).map {
                Trial.Request(values: space.draw(generator.split("trial \($0 + 1)")))
            }
        }
        let generator = generator.split("trial \(number + 1)")
        let scored = results.filter { !$0.mean.isNaN }
        guard scored.count > 1 else { return [Trial.Request(values: space.draw(generator))] }
        let order = scored.indices.sorted { a, b in
            scored[a].mean == scored[b].mean ? a < b : scored[a].mean > scored[b].mean
        }
        let count = min(25, Int((0.1 * Double(scored.count)).rounded(.up)))
        let good = order.prefix(count).map { scored[$0].request.values }
        let others = order.dropFirst(count).map { scored[$0].request.values }
        let values = space.axes.enumerated().map { index, axis in
            choose(
                axis, good: good.map { $0[index] }, others: others.map { $0[index] },
                generator.split(axis.name))
        }
        return [Trial.Request(values: values)]
    }

    private func choose(
        _ axis: SearchSpace.Axis, good: [JSONValue], others: [JSONValue], _ generator: RandomGenerator
    ) -> JSONValue {
        switch axis.values {
        case .other(let range): return range.draw(generator)
        case .list(let values):
            let (a, b) = (Self.shares(values, good), Self.shares(values, others))
            let drawn = (0..<candidates).map { _ in Self.index(a, at: generator.uniform()) }
            let best = drawn.max { a[$0] / b[$0] < a[$1] / b[$1] } ?? 0
            return values[best]
        case .real, .integer:
            let a = ParzenDensity(good.map(axis.values.position))
            let b = ParzenDensity(others.map(axis.values.position))
            let drawn = (0..<candidates).map { _ in a.draw(generator) }
            let best = drawn.max { a.log($0) - b.log($0) < a.log($1) - b.log($1) } ?? 0.5
            return axis.values.value(at: best)
        }
    }

    /// The relative frequency of each value, each counted once more than it occurs.
    private static func shares(_ values: [JSONValue], _ found: [JSONValue]) -> [Double] {
        let counts = values.map { value in 1 + Double(found.count { $0.line == value.line }) }
        let total = counts.reduce(0, +)
        return counts.map { $0 / total }
    }

    private static func index(_ shares: [Double], at position: Double) -> Int {
        var sum = 0.0
        for (index, share) in shares.enumerated() {
            sum += share
            if position < sum { return index }
        }
        return shares.count - 1
    }
}

/// A mixture of normal distributions on 0...1 around observed positions, and a wide one in the middle.
struct ParzenDensity {
    private let kernels: [(center: Double, width: Double)]

    init(_ positions: [Double]) {
        let sorted = positions.sorted()
        let least = 1 / min(100, Double(sorted.count) + 1)
        kernels =
            sorted.enumerated().map { index, center in
                let left = center - (index > 0 ? sorted[index - 1] : 0)
                let right = (index + 1 < sorted.count ? sorted[index + 1] : 1) - center
                return (center, min(1, max(left, right, least)))
            } + [(0.5, 1)]
    }

    /// Draws a position.
    func draw(_ generator: RandomGenerator) -> Double {
        let kernel = kernels[generator.below(kernels.count)]
        while true {
            // Box and Muller's transform.
            let radius = (-2 * Foundation.log(1 - generator.uniform())).squareRoot()
            let position = kernel.center + kernel.width * radius * cos(2 * .pi * generator.uniform())
            if (0...1).contains(position) { return position }
        }
    }

    /// The logarithm of the density, up to a constant.
    func log(_ position: Double) -> Double {
        let sum = kernels.reduce(0.0) { sum, kernel in
            let distance = (position - kernel.center) / kernel.width
            let inside =
                0.5
                * (erf((1 - kernel.center) / (kernel.width * 2.0.squareRoot()))
                    - erf(-kernel.center / (kernel.width * 2.0.squareRoot())))
            return sum + exp(-0.5 * distance * distance) / (kernel.width * inside)
        }
        return Foundation.log(sum / Double(kernels.count))
    }
}
