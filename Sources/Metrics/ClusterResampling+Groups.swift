extension ClusterResampling {
    /// Returns the confidence interval of the difference in a metric between two groups of examples.
    ///
    /// Each group has a t interval with the jackknife standard error over its clusters, on the scale of the metric, but with the
    /// degrees of freedom of the difference (Welch 1947, Satterthwaite 1946). The method of variance estimates recovery (MOVER,
    /// Zou and Donner 2008) combines both intervals. It accounts for the correlation between the groups if they share clusters. The
    /// bounds never exceed the possible range of a difference.
    ///
    /// The groups must have been chosen before their results were known: the interval does not account for the choice of the groups
    /// with the largest difference.
    public static func difference(
        _ first: ClusteredMetric, _ second: ClusteredMetric, level: Double = 0.95
    ) -> ConfidenceInterval {
        let units = Set(first.clusters).union(second.clusters).count
        var interval = ConfidenceInterval(
            estimate: first.estimate - second.estimate, low: .nan, high: .nan, level: level, units: units)
        guard min(first.clusters.count, second.clusters.count) >= fewest else {
            interval.absence = .fewUnits
            return interval
        }
        guard !first.metric.isBiased else {
            interval.absence = .biased
            return interval
        }
        let groups = [GroupSpread(first), GroupSpread(second)]
        guard interval.estimate.isFinite, groups.allSatisfy({ $0.variance.isFinite }) else {
            interval.absence = .undefined
            return interval
        }
        guard groups.allSatisfy({ $0.scaledError != 0 }) else {
            interval.absence = .equalUnits
            return interval
        }
        guard groups.allSatisfy(\.scaledError.isFinite) else {
            interval.absence = .oneUnit
            return interval
        }
        let pair = PairedSpread(groups[0], groups[1])
        let quantile = StudentT(freedom: pair.freedom).quantile((1 + level) / 2)
        let (mine, others) = (groups[0].reach(quantile), groups[1].reach(quantile))
        func distance(_ a: Double, _ b: Double) -> Double {
            max(0, a * a + b * b - 2 * pair.correlation * a * b).squareRoot()
        }
        interval.low = interval.estimate - distance(mine.below, others.above)
        interval.high = interval.estimate + distance(mine.above, others.below)
        interval.method = .jackknife
        return interval
    }
}

/// The jackknife deviations of a metric in one group of examples.
private struct GroupSpread {
    let estimate: Double
    /// The number of clusters, or of groups of clusters, that are left out in turn.
    let count: Double
    /// The deviation that each left out cluster causes; their squares sum to the variance.
    let deviations: [(name: String, value: Double)]
    /// The standard error on the scale of the metric.
    let scaledError: Double
    private let scale: MetricScale

    init(_ metric: ClusteredMetric) {
        estimate = metric.estimate
        scale = metric.metric.scale
        let groups = ClusterResampling.groups(metric.clusters.count)
        let others = ClusterResampling.leavingOut(groups, of: metric.clusters.count) { metric.value($0) }
        count = Double(others.count)
        func deviations(_ values: [Double]) -> [Double] {
            let mean = values.reduce(0, +) / Double(values.count)
            let factor = (Double(values.count - 1) / Double(values.count)).squareRoot()
            return values.map { factor * ($0 - mean) }
        }
        self.deviations = zip(groups, deviations(others)).map { (metric.clusters[$0[0]], $1) }
        let hasSpread = others.contains { abs($0 - metric.estimate) > 1e-12 }
        let scaled = deviations(others.map { [scale] in scale($0) })
        scaledError = hasSpread ? scaled.reduce(0) { $0 + $1 * $1 }.squareRoot() : 0
    }

    var variance: Double { deviations.reduce(0) { $0 + $1.value * $1.value } }

    /// The distances from the estimate to the bounds of its interval.
    func reach(_ quantile: Double) -> (below: Double, above: Double) {
        guard scaledError > 0 else { return (0, 0) }
        let (center, reach) = (scale(estimate), quantile * scaledError)
        return (estimate - scale.inverse(center - reach), scale.inverse(center + reach) - estimate)
    }
}

/// The joint variation of two groups, whose clusters are in one of them or in both.
private struct PairedSpread {
    let correlation: Double
    /// The effective degrees of freedom of the difference.
    let freedom: Double

    init(_ first: GroupSpread, _ second: GroupSpread) {
        let others = Dictionary(uniqueKeysWithValues: second.deviations.map { ($0.name, $0.value) })
        let names = Set(first.deviations.map(\.name))
        let isShared = first.deviations.map { others[$0.name] != nil }
        let product = first.deviations.reduce(0) { $0 + $1.value * (others[$1.name] ?? 0) }
        let scale = (first.variance * second.variance).squareRoot()
        correlation = scale > 0 ? product / scale : 0
        // The clusters of the first group alone, of the second group alone, and of both are independent of each other.
        var parts = [first.count, second.count, min(first.count, second.count)].map {
            (variance: 0.0, clusters: 0.0, of: $0)
        }
        for (deviation, isShared) in zip(first.deviations, isShared) {
            let difference = deviation.value - (others[deviation.name] ?? 0)
            let part = isShared ? 2 : 0
            parts[part].variance += difference * difference
            parts[part].clusters += 1
        }
        for deviation in second.deviations where !names.contains(deviation.name) {
            parts[1].variance += deviation.value * deviation.value
            parts[1].clusters += 1
        }
        let total = parts.reduce(0) { $0 + $1.variance }
        let squares = parts.reduce(0) { sum, part in
            guard part.variance > 0 else { return sum }
            return sum + part.variance * part.variance / (part.clusters * (part.of - 1) / part.of)
        }
        freedom = squares > 0 ? total * total / squares : min(first.count, second.count) - 1
    }
}
