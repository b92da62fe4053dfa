import Autograd
import Glibc

/// Confidence intervals and tests with clusters, such as speakers, as the independent units.
///
/// Ten or more clusters are resampled. For three to nine clusters, a percentile bootstrap is too narrow and a
/// permutation test has too few permutations, so Student's t with a jackknife standard error is used instead. With
/// fewer than three clusters, there is no interval and no test.
public enum ClusterResampling {
    /// The minimum number of clusters for an interval or a test.
    public static let fewest = 3
    /// The minimum number of clusters for resampling.
    public static let fewestResampled = 10

    /// Returns the confidence interval of a metric. It has no bounds with fewer than three clusters or if the
    /// clusters do not differ.
    ///
    /// With ten or more clusters, this is the bootstrap-t over clusters: each bootstrap sample is studentized with
    /// its own standard error, computed from the jackknife's influence values (Efron and Tibshirani 1993, chapter
    /// 12). With three to nine clusters, it is a t interval with the jackknife standard error. For proportions it
    /// is computed on the logit scale, where the bounds 0 and 1 do not skew the distribution.
    public static func interval(
        _ metric: ClusteredMetric, isShare: Bool = false, level: Double = 0.95, draws: Int = 2000,
        generator: RandomGenerator
    ) -> ConfidenceInterval {
        let count = metric.clusters.count
        let estimate = metric.estimate
        var interval = ConfidenceInterval(
            estimate: estimate, low: .nan, high: .nan, level: level, units: count)
        guard count >= fewest, estimate.isFinite, level > 0, level < 1 else { return interval }
        let influences = influences(count) { metric.value($0) }
        let error = standardError(influences, Array(repeating: 1, count: count))
        guard error.isFinite, error > 1e-12 else { return interval }
        if count < fewestResampled {
            let reach = StudentT(freedom: Double(count - 1)).quantile((1 + level) / 2)
            interval.setBounds(reach: reach * error, isShare: isShare, method: .jackknife)
        } else {
            var found: [Double] = []
            for _ in 0..<max(1, draws) {
                var weights = Array(repeating: 0, count: count)
                for _ in 0..<count { weights[generator.below(count)] += 1 }
                let t = (metric.value(weights) - estimate) / standardError(influences, weights)
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

    /// Returns the two-sided p-value for the difference between two systems evaluated on the same clusters, or NaN
    /// with fewer than three clusters.
    ///
    /// With ten or more clusters, this is a permutation test that exchanges the predictions of the two systems for
    /// whole clusters; it is exact if there are at most `draws` permutations. With three to nine clusters, it is
    /// Student's t with the jackknife standard error of the difference.
    ///
    /// Throws a `MetricError` if the clusters differ.
    public static func test(
        _ first: ClusteredMetric, _ second: ClusteredMetric, draws: Int = 2000, generator: RandomGenerator
    ) throws(MetricError) -> Double {
        let count = first.clusters.count
        guard Set(first.clusters) == Set(second.clusters) else {
            throw MetricError(
                "the clips or speakers of the predictions differ; a paired test needs the same ones")
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

    /// Returns the jackknife influence values of a statistic: its change when each cluster is left out.
    private static func influences(_ count: Int, of statistic: ([Int]) -> Double) -> [Double] {
        let all = statistic(Array(repeating: 1, count: count))
        return (0..<count).map { left in
            var weights = Array(repeating: 1, count: count)
            weights[left] = 0
            return Double(count - 1) * (all - statistic(weights))
        }
    }

    /// Returns the standard error of a statistic with these influence values in a sample that contains each cluster
    /// `weights` times.
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
    private let joint: ClusteredMetric
    private let places: [(mine: Int, other: Int)]

    init(_ first: ClusteredMetric, _ second: ClusteredMetric, _ order: [Int]) throws(MetricError) {
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
