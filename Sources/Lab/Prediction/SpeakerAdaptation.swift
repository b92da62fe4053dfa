import Autograd
import Layers
import Metrics
import SpeechEmotion
import Training

/// How a model is adapted to a speaker without labels.
public enum SpeakerAdaptation: String, Sendable, CaseIterable {
    /// The statistics of batch normalization are those of all clips of the speaker (AdaBN, Li et al. 2017).
    case batchNorm = "batch-norm"
    /// Features are normalized with the clips of the speaker so far, for a model that normalizes by speaker.
    case normalization

    /// What predictions depend on, in a sentence.
    public var note: String {
        switch self {
        case .batchNorm:
            "Adapted without labels: batch normalization uses the statistics of all clips of each speaker (transductive). The metrics assume that all of these clips are available at prediction time."
        case .normalization:
            "Features are normalized with the clips of each speaker up to the predicted one, in the order of the data and without labels (causal). The first clips of a speaker are normalized with only a few others."
        }
    }

    /// Throws an `InputError` if a model cannot be adapted.
    public func check(_ predictor: Predictor) throws(InputError) {
        try check(predictor.model, predictor.pipeline)
    }

    func check(_ model: Model, _ pipeline: FeaturePipeline) throws(InputError) {
        switch self {
        case .batchNorm:
            guard model.batchNorms.isEmpty else { return }
            throw InputError(
                "--adapt batch-norm requires a model with batch normalization, which this model does not have"
            )
        case .normalization:
            guard pipeline.normalize != .speaker else { return }
            throw InputError(
                "--adapt normalization requires a model that normalizes by speaker (\"normalize\": \"speaker\" in the features)"
            )
        }
    }
}

/// A model whose batch normalization has the statistics of the batch that is predicted.
final class NormAdaptedModel: Layer {
    private let model: Model

    init(_ model: Model) { self.model = model }

    var members: [Member] { [.layer("model", model)] }

    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        model.withNormStatistics(of: x) { model.forward(x, pass) }
    }
}

/// The clips of an evaluation in batches of one speaker each.
final class SpeakerBatches: EvaluationBatches {
    private let set: EvaluationSet
    private let groups: [[Int]]

    /// Throws an `InputError` if a speaker is unknown.
    init(_ set: EvaluationSet) throws(InputError) {
        self.set = set
        var (numbers, groups): ([String: Int], [[Int]]) = ([:], [])
        for (row, clip) in set.clips.enumerated() {
            guard let speaker = clip.speaker else {
                throw InputError("--adapt requires speakers, and the speaker of \(clip.id) is unknown")
            }
            let number = numbers[speaker] ?? groups.count
            if number == groups.count {
                numbers[speaker] = number
                groups.append([])
            }
            groups[number].append(row)
        }
        self.groups = groups
    }

    var count: Int { groups.count }
    var copies: Int { self.set.copies }
    func batch(_ index: Int, copy: Int) -> Batch { set.batch(groups[index], copy: copy) }

    /// For each clip of the evaluation, its place among the clips of all batches.
    var places: [Int] {
        var places = Array(repeating: 0, count: set.clips.count)
        for (place, row) in groups.joined().enumerated() { places[row] = place }
        return places
    }
}
