import Autograd
import Classical
import Layers
import SpeechEmotion
import Training

/// The decrease of the unweighted average recall (UAR) if the values of an input are shuffled between clips.
///
/// A value of a vector is exchanged by itself. A channel of a sequence or an image is exchanged as a whole, so that its course
/// over time stays intact: a clip gets the channel of another clip, repeated or truncated to its own length.
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
    public func compute(
        _ model: Model, _ set: EvaluationSet, labels: [Int], groups: [[Int]]? = nil, seed: UInt64 = 0,
        progress: SpeechEmotion.Progress? = nil, stop: (@Sendable () throws -> Void)? = nil
    ) throws -> PermutationImportances {
        let channels = model.input.last ?? 1
        let groups = groups ?? (0..<channels).map { [$0] }
        let inputs = set.clips.indices.map { set.features($0) }
        guard inputs.allSatisfy({ $0.shape == model.input }) else {
            throw LabError(
                "the model takes inputs of shape \(model.input), but the features have the shape \(inputs.first?.shape ?? [])"
            )
        }
        let generator = RandomGenerator(seed: seed).split("permutation")
        return try PermutationImportance(nRepeats: repeats).compute(
            rows: inputs.count, groups: groups.count, generator: generator, progress: progress
        ) { change in
            try stop?()
            guard let change else { return Self.score(model, inputs, labels) }
            let shuffled = inputs.indices.map { row in
                Self.exchanged(inputs[row], inputs[change.rows[row]], groups[change.group])
            }
            return Self.score(model, shuffled, labels)
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

    private static func score(_ model: Model, _ inputs: [Features], _ labels: [Int]) -> Double {
        var predicted: [Int] = []
        for start in stride(from: 0, to: inputs.count, by: batch) {
            let part = Array(inputs[start..<min(start + batch, inputs.count)])
            let batch = Batch(part, labels: part.map { _ in 0 }, ids: [])
            let outputs = withoutRecording { model.forward(batch.inputs, .inference).tensor }
            predicted += outputs.argmax(axis: -1).values
        }
        return PermutationImportance.unweightedAverageRecall(predicted, labels)
    }

    private static let batch = 64
}

extension ModelPermutation {
    /// Computes the importances of all features, or of feature families, with their names.
    ///
    /// - Parameter subset: The subset that the clips belong to, for the label of the axis.
    public func importances(
        _ model: Model, _ set: EvaluationSet, families: Bool, names: [String], classes: [String],
        subset: Split.Subset, seed: UInt64 = 0, progress: SpeechEmotion.Progress? = nil,
        stop: (@Sendable () throws -> Void)? = nil
    ) throws -> FeatureImportances {
        let groups = FeatureFamilies(names)
        let labels = set.clips.map { classes.firstIndex(of: $0.label) ?? 0 }
        let found = try compute(
            model, set, labels: labels, groups: families ? groups.columns : nil, seed: seed,
            progress: progress, stop: stop)
        return FeatureImportances(
            title: "Permutation importances",
            measure: "decrease in UAR when shuffled, \(subset.word) set",
            names: families ? groups.names : names, values: found.means, intervals: found.intervals ?? [],
            intervalNote: found.intervals == nil
                ? "" : "95% intervals over \(repeats) random shuffles, not over speakers")
    }
}
