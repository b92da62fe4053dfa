import Metrics

/// One metric of a group of runs: pooled over folds, as the mean of folds, and its spread between folds and between seeds.
public struct GroupEstimate: Sendable {
    /// The name of the metric.
    public let metric: String
    /// From all test predictions together, averaged over seeds; the estimate is nan if predictions cannot be pooled.
    public var pooled: ConfidenceInterval
    /// The independent units of `pooled`.
    public var pooledUnit: ClusteredMetric.Unit
    /// The mean over folds of the results averaged over seeds.
    public var folds: ConfidenceInterval
    /// The standard deviation between folds, after averaging over seeds; nan with one fold.
    public var foldDeviation: Double
    /// The standard deviation between seeds, each over all folds; nan with one seed.
    public var seedDeviation: Double

    /// Estimates a metric of a group.
    ///
    /// - Parameters:
    ///   - unit: The independent units of the intervals. If they are folds, pooled predictions have no interval, unless the models of all
    ///     folds were evaluated on the same data.
    ///   - hasIntervals: Whether pooled predictions have an interval.
    public init(
        _ group: RunGroup, _ metric: String, unit: IndependentUnit, level: Double, hasIntervals: Bool = true
    ) {
        self.metric = metric
        let known = Metric(rawValue: metric)
        let results = FoldResults(
            group.foldResults(metric).map(\.mean), testToTrain: group.testToTrain)
        folds = results.interval(of: known, level: group.evaluatedOn == nil ? level : .nan)
        folds.level = level
        if folds.estimate.isNaN { folds.units = 0 }
        foldDeviation = results.deviation
        pooled = ConfidenceInterval(estimate: .nan, low: .nan, high: .nan, level: level)
        pooledUnit = group.pooledUnit(unit)
        var bySeed = group.seeds.map { seed in
            let values = group.members.filter { $0.seed == seed }.compactMap { $0.metrics[metric] }
            return values.reduce(0, +) / Double(values.count)
        }
        if let known, let predictions = group.pooled,
            let clustered = try? ClusteredMetric(known, predictions, by: pooledUnit)
        {
            bySeed = clustered.values
            if hasIntervals, unit != .folds || group.evaluatedOn != nil {
                pooled = ClusterResampling.interval(clustered, level: level)
            } else {
                pooled.estimate = clustered.estimate
            }
        }
        seedDeviation = FoldResults(bySeed.filter(\.isFinite)).deviation
    }
}
