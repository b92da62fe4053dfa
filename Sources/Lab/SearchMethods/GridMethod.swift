import Autograd
import Configuration

/// Every combination of the lists of values.
public struct GridMethod: SearchMethod {
    public static let type = "grid"
    public static let summary = "Tries every combination of the lists of values."
    public static let fields: [Field<Self>] = []

    public init() {}

    /// Every parameter must be a list.
    public var needsLists: Bool { true }
    /// The number of trials in all.
    public func count(_ space: SearchSpace) -> Int { space.combinations ?? 0 }

    /// The next trials; see `SearchMethod`.
    public func next(
        _ space: SearchSpace, _ results: [Trial], _ generator: RandomGenerator
    ) -> [Trial.Request] {
        (results.count..<max(count(space), results.count)).map {
            Trial.Request(values: space.combination($0))
        }
    }
}

/// Combinations that are drawn independently.
public struct RandomMethod: SearchMethod {
    public var trials = 50

    public static let type = "random"
    public static let summary =
        "Draws combinations independently. If the number of trials is increased, the earlier trials stay the same."
    public static let fields: [Field<Self>] = [
        .init("trials", \.trials, "Number of trials.", .range(1...100_000))
    ]

    public init() {}

    /// The number of trials in all.
    public func count(_ space: SearchSpace) -> Int { trials }

    /// The next trials; see `SearchMethod`.
    public func next(
        _ space: SearchSpace, _ results: [Trial], _ generator: RandomGenerator
    ) -> [Trial.Request] {
        (results.count..<max(trials, results.count)).map {
            Trial.Request(values: space.draw(generator.split("trial \($0 + 1)")))
        }
    }
}
