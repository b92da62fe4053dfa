import Autograd
import Glibc

/// Intervals and tests that take clusters, such as speakers, as the independent units.
///
/// From ten clusters on they resample. With three to nine, where a percentile bootstrap is too narrow and a permutation test has too few
/// arrangements, they use Student's t with a jackknife standard error. With fewer than three there is neither interval nor test.
public enum ClusterResampling {
    /// The fewest clusters that an interval or a test is computed for.
    public static let fewest = 3
    /// The fewest clusters that are resampled.
    public static let fewestResampled = 10

    /// Returns the confidence interval of a metric; without bounds where there are fewer than three clusters, or where the clusters do not
    /// differ.
    ///
    /// From ten clusters on, the bootstrap-t over clusters: each draw is studentized with the standard error that the jackknife's
    /// influence values have in it (Efron and Tibshirani 1993, chapter 12). With three to nine, a t interval with the jackknife's standard error,
    /// for shares on the logit scale, on which the distance from 0 and 1 does not skew them.
    public static func interval(
        _ figure: ClusteredFigure, isShare: Bool = false, level: Double = 0.95, draws: Int = 2000,
        generator: RandomGenerator
    ) -> ConfidenceInterval {
        let count = figure.clusters.count
        let estimate = figure.estimate
        var interval = ConfidenceInterval(
            estimate: estimate, low: .nan, high: .nan, level: level, units: count)
        guard count >= fewest, estimate.isFinite, level > 0, level < 1 else { return interval }
        let influences = influences(count) { figure.value($0) }
        let error = standardError(influences, Array(repeating: 1, count: count))
        guard error.isFinite, error > 1e-12 else { return interval }
        if count < fewestResampled {
            let reach = StudentT(freedom: Double(count - 1)).quantile((1 + level) / 2)
            interval.method = .jackknife
            if isShare, estimate > 0, estimate < 1 {
                let odds = estimate / (1 - estimate)
                let factor = exp(reach * error / (estimate * (1 - estimate)))
                interval.low = odds / factor / (1 + odds / factor)
                interval.high = factor.isFinite ? odds * factor / (1 + odds * factor) : 1
            } else {
                (interval.low, interval.high) = (estimate - reach * error, estimate + reach * error)
            }
        } else {
            var found: [Double] = []
            for _ in 0..<max(1, draws) {
                var weights = Array(repeating: 0, count: count)
                for _ in 0..<count { weights[generator.below(count)] += 1 }
                let t = (figure.value(weights) - estimate) / standardError(influences, weights)
                if t.isFinite { found.append(t) }
            }
            guard !found.isEmpty else { return interval }
            found.sort()
            interval.method = .bootstrap
            interval.low = estimate - error * ConfidenceInterval.quantile(found, (1 + level) / 2)
            interval.high = estimate - error * ConfidenceInterval.quantile(found, (1 - level) / 2)
        }
        if isShare { (interval.low, interval.high) = (max(0, interval.low), min(1, interval.high)) }
        return interval
    }

    /// Returns the two-sided p-value of the difference between two systems that were tested on the same clusters; nan with fewer
    /// than three.
    ///
    /// From ten clusters on, a permutation test that exchanges the predictions of both systems for whole clusters, in all ways where there are
    /// at most `draws`. With three to nine, Student's t with the jackknife standard error of the difference.
    ///
    /// Throws a `MetricProblem` where the clusters are not the same.
    public static func test(
        _ first: ClusteredFigure, _ second: ClusteredFigure, draws: Int = 2000, generator: RandomGenerator
    ) throws(MetricProblem) -> Double {
        let count = first.clusters.count
        guard Set(first.clusters) == Set(second.clusters) else {
            throw MetricProblem("predictions for other clips or speakers; a paired test needs the same")
        }
        let numbers = Dictionary(
            uniqueKeysWithValues: second.clusters.enumerated().map { ($1, $0) })
        let order = first.clusters.map { numbers[$0] ?? 0 }
        guard count >= fewest else { return .nan }
        if count < fewestResampled {
            let all = Array(repeating: 1, count: count)
            func difference(_ weights: [Int]) -> Double {
                var others = weights
                for (place, other) in order.enumerated() { others[other] = weights[place] }
                return first.value(weights) - second.value(others)
            }
            let found = difference(all)
            let error = standardError(
                influences(count, of: difference), Array(repeating: 1, count: count))
            guard found.isFinite, error.isFinite else { return .nan }
            guard error > 1e-12 else { return abs(found) < 1e-12 ? 1 : .nan }
            return 2 * StudentT(freedom: Double(count - 1)).cumulative(-abs(found / error))
        }
        let pair = try ExchangedPair(first, second, order)
        let found = abs(pair.difference(Array(repeating: false, count: count)))
        guard found.isFinite else { return .nan }
        return PairedTest.permutation(count: count, draws: draws, generator: generator) { flips in
            abs(pair.difference(flips)) >= found - 1e-12
        }
    }

    /// How far each cluster moves a statistic, by leaving it out (the jackknife's influence values).
    private static func influences(_ count: Int, of statistic: ([Int]) -> Double) -> [Double] {
        let all = statistic(Array(repeating: 1, count: count))
        return (0..<count).map { left in
            var weights = Array(repeating: 1, count: count)
            weights[left] = 0
            return Double(count - 1) * (all - statistic(weights))
        }
    }

    /// The standard error of a statistic with these influence values in a sample that has each cluster as often as `weights` says.
    private static func standardError(_ influences: [Double], _ weights: [Int]) -> Double {
        let count = Double(influences.count)
        let mean = zip(influences, weights).reduce(0) { $0 + $1.0 * Double($1.1) } / count
        let squares = zip(influences, weights).reduce(0) { sum, pair in
            sum + Double(pair.1) * (pair.0 - mean) * (pair.0 - mean)
        }
        return (squares / count / (count - 1)).squareRoot()
    }
}

/// Two systems whose predictions are exchanged cluster by cluster.
private struct ExchangedPair {
    private let joint: ClusteredFigure
    private let places: [(mine: Int, other: Int)]

    init(_ first: ClusteredFigure, _ second: ClusteredFigure, _ order: [Int]) throws(MetricProblem) {
        joint = try first.joined(with: second)
        places = order.enumerated().map { ($0, first.clusters.count + $1) }
    }

    func difference(_ isExchanged: [Bool]) -> Double {
        var (mine, other) = (
            Array(repeating: 0, count: joint.clusters.count), Array(repeating: 0, count: joint.clusters.count)
        )
        for (pair, isExchanged) in zip(places, isExchanged) {
            mine[isExchanged ? pair.other : pair.mine] = 1
            other[isExchanged ? pair.mine : pair.other] = 1
        }
        return joint.value(mine) - joint.value(other)
    }
}
