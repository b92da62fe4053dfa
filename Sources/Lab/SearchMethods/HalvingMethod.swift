import Autograd
import Configuration
import Foundation

/// Successive halving (Jamieson and Talwalkar 2016): many trials with a small budget, of which the best continue with a larger one.
///
/// Rounds are synchronous, so that the result does not depend on which trial happens to finish first.
public struct HalvingMethod: SearchMethod {
    public var trials = 27
    public var factor = 3
    public var rounds = 3

    public static let type = "halving"
    public static let summary =
        "Successive halving: starts many trials with some of the epochs (networks) or training examples (fitted models), and continues the best trials of each round with more."
    public static let fields: [Field<Self>] = [
        .init("trials", \.trials, "Number of trials of the first round.", .range(2...100_000)),
        .init(
            "factor", \.factor,
            "Reduction factor: the best 1 / factor of the trials continue to the next round, with factor times the epochs or examples.",
            .range(2...16)),
        .init(
            "rounds", \.rounds, "Number of rounds; the last one uses all epochs or examples.", .range(2...8)),
    ]

    public init() {}

    /// The number of trials in all.
    public func count(_ space: SearchSpace) -> Int { (0..<rounds).reduce(0) { $0 + size($1) } }

    /// The number of trials of a round.
    func size(_ round: Int) -> Int {
        max(1, Int(Double(trials) / pow(Double(factor), Double(round))))
    }

    /// The next trials; see `SearchMethod`.
    public func next(
        _ space: SearchSpace, _ results: [Trial], _ generator: RandomGenerator
    ) -> [Trial.Request] {
        var begin = 0
        for round in 0..<rounds {
            let end = begin + size(round)
            if results.count < end {
                let budget = pow(Double(factor), Double(round - rounds + 1))
                let requests =
                    round == 0
                    ? (0..<trials).map {
                        Trial.Request(
                            values: space.draw(generator.split("trial \($0 + 1)")), budget: budget)
                    }
                    : best(size(round), of: Array(results[(begin - size(round - 1))..<begin]), budget)
                return Array(requests.dropFirst(results.count - begin))
            }
            begin = end
        }
        return []
    }

    /// The best trials of a round, in the order of their scores; an earlier one comes first if they are equal.
    private func best(_ count: Int, of trials: [Trial], _ budget: Double) -> [Trial.Request] {
        let order = trials.indices.sorted { a, b in
            let (x, y) = (trials[a].mean, trials[b].mean)
            if x.isNaN || y.isNaN { return y.isNaN && (!x.isNaN || a < b) }
            return x == y ? a < b : x > y
        }
        return order.prefix(count).map { Trial.Request(values: trials[$0].request.values, budget: budget) }
    }
}
