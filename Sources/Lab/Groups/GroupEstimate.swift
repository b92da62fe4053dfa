import Autograd
import Metrics

/// One metric of a group of runs: pooled over folds, as the mean of folds, and its spread between folds and between seeds.
public struct GroupEstimate: Sendable {
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
    ///   - unit: The independent units. If they are folds, pooled predictions have intervals over unseen speakers, or over clips if
    ///     there are none.
    ///   - draws: The number of bootstrap resamples; 0 computes no intervals of pooled predictions.
    public init(_ group: RunGroup, _ metric: String, unit: IndependentUnit, level: Double, draws: Int) {
        let isShare = Metric.isShare(metric)
        let results = FoldResults(
            group.foldResults(metric).map(\.mean), testToTrain: group.testToTrain)
        folds = results.interval(isShare: isShare, level: group.evaluatedOn == nil ? level : .nan)
        folds.level = level
        if folds.estimate.isNaN { folds.units = 0 }
        foldDeviation = results.deviation
        pooled = ConfidenceInterval(estimate: .nan, low: .nan, high: .nan, level: level)
        pooledUnit = group.pooledUnit(unit)
        var bySeed = group.seeds.map { seed in
            let values = group.members.filter { $0.seed == seed }.compactMap { $0.metrics[metric] }
            return values.reduce(0, +) / Double(values.count)
        }
        if let metric = Metric(rawValue: metric), let predictions = group.pooled,
            let clustered = try? ClusteredMetric(metric, predictions, by: pooledUnit)
        {
            bySeed = clustered.values
            if draws > 0 {
                pooled = ClusterResampling.interval(
                    clustered, isShare: isShare, level: level, draws: draws,
                    generator: RandomGenerator(seed: 0).split("bootstrap"))
            } else {
                pooled.estimate = clustered.estimate
            }
        }
        seedDeviation = FoldResults(bySeed.filter(\.isFinite)).deviation
    }
}
