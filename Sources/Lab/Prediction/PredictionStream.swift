import Autograd
import Layers
import Metrics
import SpeechEmotion
import Synchronization
import Training

/// Predicts a stream of samples with a causal model, which keeps its state: each prediction is that of everything since the
/// beginning of the stream.
///
/// After the last sample, the prediction is bit-identical to that of the whole recording.
public final class PredictionStream {
    /// The sample rate in Hz that the samples must have.
    public var rate: Int { features.rate }
    /// The number of samples from one frame to the next.
    public var hop: Int { features.hop }
    /// The number of frames so far.
    public private(set) var frames = 0
    private var features: FeatureStream
    private let model: ModelStream
    private let width: Int
    private let targets: [TargetOutput]
    private let rules: [DecisionRule?]

    /// Creates a stream at its beginning. Throws if the model or its features need the whole recording.
    public init(_ predictor: Predictor) throws {
        guard predictor.tta.copies.isEmpty else {
            throw InputError(
                "this model uses test-time augmentation, which needs the whole recording; disable it with --tta '[]'"
            )
        }
        features = try FeatureStream(predictor.pipeline)
        do { model = try ModelStream(predictor.model) } catch {
            throw InputError("this model cannot process a stream: \(error)")
        }
        (targets, rules) = (predictor.targets, predictor.rules)
        width = targets.isEmpty ? predictor.classes.count : targets.outputCount
    }

    /// Adds samples. Returns the prediction of the stream so far; nil if no frame was completed.
    public func push(_ samples: [Float]) throws -> Predictor.Prediction? {
        try prediction(features.push(samples))
    }

    /// Ends the stream. Returns the prediction of all of it; nil if the last samples complete no frame.
    public func finish() throws -> Predictor.Prediction? { try prediction(features.finish()) }

    private func prediction(_ values: [Float]) -> Predictor.Prediction? {
        guard !values.isEmpty else { return nil }
        let count = values.count / features.width
        frames += count
        let output = model.push(Tensor(values.map { Real($0) }, shape: [count, features.width]))
        let logits = output.reshaped([1, width])
        let values = logits.array.map { Double($0) }
        guard targets.isEmpty else {
            return Predictor.Prediction(values, targets, rules: rules, attention: nil)
        }
        return Predictor.Prediction(
            probabilities: logits.softmax(axis: -1).array.map { Double($0) }, logits: values, rules: rules)
    }
}
