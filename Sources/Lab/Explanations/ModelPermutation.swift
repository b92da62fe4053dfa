import Autograd
import Classical
import Layers
import Metrics
import SpeechEmotion
import Training

/// Permutation importance: the decrease in a metric when the values of an input feature are shuffled between clips.
///
/// Each value of a vector is shuffled separately. A channel of a sequence or an image is shuffled as a whole, which preserves
/// its course over time: a clip gets the channel of another clip, repeated or truncated to its own length.
public struct ModelPermutation: Sendable {
    /// The number of repetitions.
    public var repeats = 10

    /// Creates options.
    public init(repeats: Int = 10) { self.repeats = repeats }

    /// Computes the importance of each group of channels, which are those of the last axis of the input.
    ///
    /// - Parameters:
    ///   - set: The clips, of which test-time augmentation is not used.
    ///   - groups: The channels that are exchanged together; nil for each by itself.
    ///   - progress: Receives the number of shuffled evaluations and their total.
    ///   - stop: Throws to stop.
    ///   - score: Returns the score of the model on the clips; higher is better. Called on several threads.
    public func compute(
        _ model: Model, _ set: EvaluationSet, groups: [[Int]]? = nil, seed: UInt64 = 0,
        progress: SpeechEmotion.Progress? = nil, stop: (@Sendable () throws -> Void)? = nil,
        score: @Sendable (any EvaluationBatches) throws -> Double
    ) throws -> PermutationImportances {
        let channels = model.input.last ?? 1
        let groups = groups ?? (0..<channels).map { [$0] }
        let inputs = set.clips.indices.map { set.features($0) }
        guard inputs.allSatisfy({ $0.shape == model.input }) else {
            throw InputError(
                "the model takes inputs of shape \(model.input), but the features have the shape \(inputs.first?.shape ?? [])"
            )
        }
        let batches = (0..<set.count).map { set.batch($0) }
        let generator = RandomGenerator(seed: seed).split("permutation")
        return try PermutationImportance(nRepeats: repeats).compute(
            rows: inputs.count, groups: groups.count, generator: generator, progress: progress
        ) { change in
            try stop?()
            guard let change else { return try score(ShuffledBatches(batches, inputs)) }
            let shuffled = inputs.indices.map { row in
                Self.exchanged(inputs[row], inputs[change.rows[row]], groups[change.group])
            }
            return try score(ShuffledBatches(batches, shuffled))
        }
    }

    /// The features of a clip with some channels of another.
    private static func exchanged(_ own: Features, _ other: Features, _ channels: [Int]) -> Features {
        let width = own.shape.last ?? 1
        let steps = own.values.count / width
        // Padding keeps its zeros. Vectors and images have no length: all of their values are exchanged.
        let (length, source) = (own.length ?? steps, max(other.length ?? steps, 1))
        var result = own
        for step in 0..<length {
            let (place, from) = (step * width, step % source * width)
            for channel in channels { result.values[place + channel] = other.values[from + channel] }
        }
        return result
    }
}

/// The batches of an evaluation with other features.
private final class ShuffledBatches: EvaluationBatches {
    private let batches: [Batch]
    private let features: [Features]

    init(_ batches: [Batch], _ features: [Features]) { (self.batches, self.features) = (batches, features) }

    var count: Int { batches.count }

    func batch(_ index: Int, copy: Int) -> Batch {
        let start = batches[..<index].reduce(0) { $0 + $1.ids.count }
        var batch = batches[index]
        let own = Array(features[start..<start + batch.ids.count])
        batch.inputs = Batch(own, labels: own.map { _ in 0 }, ids: batch.ids).inputs
        return batch
    }
}

extension ModelPermutation {
    /// Computes the importances of all features, or of feature families, with their names: the decrease in the unweighted average recall
    /// (UAR) for classes, or in the default metric of the first main target, such as the concordance correlation coefficient.
    ///
    /// - Parameter subset: The subset that the clips belong to, for the label of the axis.
    public func importances(
        _ model: Model, _ set: EvaluationSet, _ experiment: Experiment, _ data: ExperimentData,
        families: Bool,
        subset: Split.Subset, seed: UInt64 = 0, progress: SpeechEmotion.Progress? = nil,
        stop: (@Sendable () throws -> Void)? = nil
    ) throws -> FeatureImportances {
        let names = experiment.features.names
        let groups = FeatureFamilies(names)
        let metric = experiment.importanceMetric
        let loss = data.unweightedLoss(experiment)
        let found = try compute(
            model, set, groups: families ? groups.columns : nil, seed: seed, progress: progress, stop: stop
        ) { batches in
            let value = try metric.value(of: data.predictions(of: model, for: batches, loss: loss))
            return metric.higherIsBetter ? value : -value
        }
        let shown = metric.name.count > 3 ? metric.name : metric.name.uppercased()
        return FeatureImportances(
            title: "Permutation importances",
            measure:
                "\(metric.higherIsBetter ? "decrease" : "increase") in \(shown) when shuffled, \(subset.word) set",
            names: families ? groups.names : names, values: found.means, intervals: found.intervals ?? [],
            intervalNote: found.intervals == nil
                ? "" : "95% intervals over \(repeats) random shuffles, not over speakers")
    }
}

extension Experiment {
    /// The metric that measures the importance of features: the default of the first main target, averaged over the targets that have it.
    fileprivate var importanceMetric: Metric {
        let task = targets.map(\.value).first { $0.role == .main }?.plainOutput.task ?? task
        let usual = Metric.standard(task)
        return usual.contains(.uar) ? .uar : usual[0]
    }
}

extension ExperimentData {
    /// A loss for predictions whose loss does not matter.
    fileprivate func unweightedLoss(_ experiment: Experiment) -> any LossSpec {
        targets?.loss([]) ?? steps?.loss(experiment, [])
            ?? experiment.balancedLoss.fitted(classCounts: corpus.classes.map { _ in 1 })
    }
}
