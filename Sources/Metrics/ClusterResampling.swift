import Autograd
import Glibc

/// Confidence intervals and tests with clusters, such as speakers, as the independent units.
///
/// With fewer than three clusters, there is no interval and no test.
public enum ClusterResampling {
    /// The minimum number of clusters for an interval or a test.
    public static let fewest = 3
    /// The minimum number of clusters for a permutation test.
    public static let fewestPermuted = 10
    /// The most groups of clusters that the jackknife leaves out in turn.
    static let mostLeftOut = 1000

    /// Returns the confidence interval of a metric: Student's t with the jackknife standard error, which leaves out each
    /// cluster in turn (Tukey 1958, Efron and Stein 1981), and half of Johnson's (1978) correction for skewness.
    ///
    /// The jackknife is computed on an unbounded scale: the logit of proportions, the inverse hyperbolic tangent of
    /// correlations, the logarithm of losses. On this scale, the bounds skew the distribution less (Efron and Tibshirani 1993, section
    /// 12.6). The third moment of the jackknife values estimates the skewness that is left, such as that of a few clusters
    /// with most of the errors. Half the correction covers best in simulations, because few clusters estimate the moment
    /// poorly. If clusters have different numbers of clips, the degrees of freedom follow from their effective number (Kish
    /// 1965), and the correction is multiplied by the cube of the ratio of this number to that of the clusters.
    ///
    /// With more than 1,000 clusters, which only clips are, random groups of them are left out (Kott 2001).
    public static func interval(_ metric: ClusteredMetric, level: Double = 0.95) -> ConfidenceInterval {
        let count = metric.clusters.count
        guard count >= fewest else {
            var interval = ConfidenceInterval(
                estimate: metric.estimate, low: .nan, high: .nan, level: level, units: count)
            interval.absence = .fewUnits
            return interval
        }
        let others = metric.metric.isBiased ? [] : leavingOut(groups(count), of: count) { metric.value($0) }
        return ConfidenceInterval(
            metric.estimate, others: others, of: metric.metric, level: level, units: count,
            method: .jackknife, effectiveShare: metric.effectiveShare)
    }

    /// Returns the two-sided p-value for the difference between two systems evaluated on the same clusters, or NaN
    /// with fewer than three clusters.
    ///
    /// With ten or more clusters, this is a permutation test that exchanges the predictions of the two systems for
    /// whole clusters; it is exact if there are at most `draws` permutations. With three to nine clusters, which have too
    /// few permutations, it is Student's t with the jackknife standard error of the difference. Its degrees of freedom follow
    /// from the mean of the number of clusters and their effective number (Kish 1965): with the first alone, there are too many
    /// false positives if clusters have very different numbers of clips, and with the second alone too few.
    ///
    /// Throws an `InputError` if the clusters differ.
    public static func test(
        _ first: ClusteredMetric, _ second: ClusteredMetric, draws: Int = 2000, generator: RandomGenerator
    ) throws(InputError) -> Double {
        let count = first.clusters.count
        guard Set(first.clusters) == Set(second.clusters) else {
            throw InputError(
                "the clips or speakers of the predictions differ; a paired test needs the same ones")
        }
        let numbers = Dictionary(
            uniqueKeysWithValues: second.clusters.enumerated().map { ($1, $0) })
        let order = first.clusters.map { numbers[$0] ?? 0 }
        guard count >= fewest else { return .nan }
        guard count < fewestPermuted else {
            let pair = try ExchangedPair(first, second, order)
            let found = abs(pair.difference(Array(repeating: false, count: count)))
            guard found.isFinite else { return .nan }
            return PairedTest.permutation(count: count, draws: draws, generator: generator) { flips in
                abs(pair.difference(flips)) >= found - 1e-12
            }
        }
        let found = first.estimate - second.estimate
        let differences = leavingOut(groups(count), of: count) { weights in
            var others = weights
            for (place, other) in order.enumerated() { others[other] = weights[place] }
            return first.value(weights) - second.value(others)
        }
        let mean = differences.reduce(0, +) / Double(count)
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares * Double(count - 1) / Double(count)).squareRoot()
        guard found.isFinite, error.isFinite else { return .nan }
        guard error > 1e-12 else { return abs(found) < 1e-12 ? 1 : .nan }
        let share = (first.effectiveShare + second.effectiveShare) / 2
        let freedom = Double(count) * (1 + share) / 2 - 1
        return 2 * StudentT(freedom: freedom).cumulative(-abs(found / error))
    }

    /// Returns the clusters that are left out together: each alone, or random groups if there are many.
    static func groups(_ count: Int) -> [[Int]] {
        guard count > mostLeftOut else { return (0..<count).map { [$0] } }
        let generator = RandomGenerator(seed: 0).split("jackknife")
        var order = Array(0..<count)
        for place in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(place, generator.below(place + 1))
        }
        return (0..<mostLeftOut).map { first in
            stride(from: first, to: count, by: mostLeftOut).map { order[$0] }
        }
    }

    /// Returns a statistic without each group of clusters in turn.
    static func leavingOut(
        _ groups: [[Int]], of count: Int, _ statistic: ([Int]) -> Double
    ) -> [Double] {
        groups.map { group in
            var weights = Array(repeating: 1, count: count)
            for cluster in group { weights[cluster] = 0 }
            return statistic(weights)
        }
    }
}

/// Two systems whose predictions are exchanged cluster by cluster.
private struct ExchangedPair {
    private let joint: ClusteredMetric
    private let places: [(mine: Int, other: Int)]

    init(_ first: ClusteredMetric, _ second: ClusteredMetric, _ order: [Int]) throws(InputError) {
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
