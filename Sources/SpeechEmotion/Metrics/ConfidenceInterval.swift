import Autograd

/// A figure and the range that it may lie in.
public struct ConfidenceInterval: Sendable, Equatable {
    /// The figure itself, of all examples.
    public var estimate: Double
    /// The lower end of the range.
    public var low: Double
    /// The upper end of the range.
    public var high: Double
    /// How sure the range is, such as 0.95.
    public var level: Double

    /// A figure with its range.
    public init(estimate: Double, low: Double, high: Double, level: Double) {
        self.estimate = estimate
        self.low = low
        self.high = high
        self.level = level
    }

    /// The bootstrap's percentile interval of a statistic of some examples: they are drawn again with replacement, and the statistic is
    /// taken of each draw.
    ///
    /// - Parameter groups: The group of each example, such as its speaker; whole groups are drawn where they are given, as
    ///   examples of one speaker are not independent. nil draws single examples.
    /// - Parameter statistic: Takes the numbers of the drawn examples, some of them several times. A draw of which it is
    ///   nan does not count.
    ///
    /// Throws a `MetricProblem` without examples, with fewer than two groups, or for a level that is not between 0 and 1.
    public static func bootstrap(
        count: Int, groups: [String]? = nil, level: Double = 0.95, draws: Int = 2000,
        generator: RandomGenerator, statistic: ([Int]) -> Double
    ) throws(MetricProblem) -> ConfidenceInterval {
        guard count > 0 else { throw MetricProblem("no examples to draw from; expected at least one") }
        guard level > 0, level < 1 else {
            throw MetricProblem("a confidence level of \(level); expected one between 0 and 1")
        }
        guard draws >= 1 else { throw MetricProblem("\(draws) draws; expected at least 1") }
        let units = try units(count, groups)
        let figures = (0..<draws).map { _ in
            statistic((0..<units.count).flatMap { _ in units[generator.below(units.count)] })
        }.filter { !$0.isNaN }.sorted()
        guard !figures.isEmpty else {
            return ConfidenceInterval(
                estimate: statistic(Array(0..<count)), low: .nan, high: .nan, level: level)
        }
        return ConfidenceInterval(
            estimate: statistic(Array(0..<count)), low: quantile(figures, (1 - level) / 2),
            high: quantile(figures, (1 + level) / 2), level: level)
    }

    /// What is drawn as a whole, in the order of the examples.
    private static func units(_ count: Int, _ groups: [String]?) throws(MetricProblem) -> [[Int]] {
        guard let groups else { return (0..<count).map { [$0] } }
        guard groups.count == count else {
            throw MetricProblem("\(groups.count) groups for \(count) examples; expected as many")
        }
        var place: [String: Int] = [:]
        var units: [[Int]] = []
        for (example, group) in groups.enumerated() {
            if let known = place[group] {
                units[known].append(example)
            } else {
                place[group] = units.count
                units.append([example])
            }
        }
        guard units.count > 1 else {
            throw MetricProblem("one group; expected at least two, or none to draw single examples")
        }
        return units
    }

    /// A quantile of sorted numbers, between neighbours by their distance (as NumPy's default).
    static func quantile(_ sorted: [Double], _ part: Double) -> Double {
        let place = part * Double(sorted.count - 1)
        let below = Int(place.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }

    /// The interval of a mean by Student's t: of results over folds or seeds, which are few.
    ///
    /// One number alone, or none, has no interval: the bounds are nan.
    public static func mean(_ numbers: [Double], level: Double = 0.95) -> ConfidenceInterval {
        let count = Double(numbers.count)
        let mean = numbers.isEmpty ? .nan : numbers.reduce(0, +) / count
        guard numbers.count > 1, level > 0, level < 1 else {
            return ConfidenceInterval(estimate: mean, low: .nan, high: .nan, level: level)
        }
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        let reach = StudentT(freedom: count - 1).quantile((1 + level) / 2) * (variance / count).squareRoot()
        return ConfidenceInterval(estimate: mean, low: mean - reach, high: mean + reach, level: level)
    }
}
