import Autograd
import Configuration
import Foundation
import Layers
import SpeechEmotion
import Training

/// A trained model of label sequences with its feature pipeline.
public struct SequencePredictor: Sendable {
    /// The tokens.
    public let vocabulary: SequenceVocabulary
    /// The model; its outputs score the blank and the tokens at each step.
    public let model: Model
    /// The feature pipeline of training.
    public let pipeline: FeaturePipeline

    /// Loads a model file, or the model of a run if `path` is a run folder. Returns nil if the model does not label
    /// sequences.
    public init?(_ path: String) throws {
        let file = RunFile.modelFile(path)
        // A damaged file is reported by whatever else reads it.
        guard FileManager.default.fileExists(atPath: file), let card = try? ModelFile.card(file),
            let vocabulary = SequenceVocabulary(outputs: card.classes), let features = card.features
        else { return nil }
        let model = try ModelFile.read(file).model
        self.vocabulary = vocabulary
        self.model = model
        pipeline = try FeaturePipeline.decode(features)
        let shape = try pipeline.outputShape()
        guard shape == model.input, model.plan.output.count == 2,
            model.plan.output.last == vocabulary.outputs.count
        else {
            throw FileError(
                file: file, place: "metadata",
                found:
                    "features of shape \(shape) and \(vocabulary.outputs.count) outputs, but a model with input \(model.input) and output \(model.plan.output)",
                allowed: "features, model and outputs that match")
        }
    }

    /// Returns the tokens of a waveform with their log probability, found by prefix beam search of a width.
    public func predict(_ wave: Waveform, width: Int = 16) throws -> (
        tokens: [String], logProbability: Double
    ) {
        let batch = Batch([try pipeline(wave)], labels: [0], ids: [""])
        let outputs = withoutRecording { model.forward(batch.inputs, .inference) }
        let best = CTCDecoding.beam(
            outputs.tensor.reshaped(Array(outputs.tensor.shape.dropFirst())), steps: outputs.lengths?[0],
            width: width)
        return (vocabulary.tokens(best.first?.labels ?? []), best.first?.logProbability ?? -.infinity)
    }

    /// Returns the tokens of a file.
    public func predict(file: String, width: Int = 16) throws -> (tokens: [String], logProbability: Double) {
        try predict(AudioFile.read(file, rate: pipeline.sampleRate), width: width)
    }
}
