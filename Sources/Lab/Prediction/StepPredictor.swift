import Autograd
import Configuration
import Foundation
import Layers
import Metrics
import SpeechEmotion
import Training

/// A trained model with an output for every step, with its feature pipeline: of label sequences, or of frames.
public struct StepPredictor: Sendable {
    /// The names of the outputs at every step: the blank and the tokens, or the classes of frames.
    public let outputs: [String]
    /// The tokens of a model of label sequences; nil for a model of frames.
    public let vocabulary: SequenceVocabulary?
    /// The labels that a model of frames was trained with; nil for a model of label sequences.
    public let frameLabels: FrameLabels?
    /// The model; its outputs are [steps, outputs].
    public let model: Model
    /// The feature pipeline of training.
    public let pipeline: FeaturePipeline

    /// Loads a model file, or the model of a run if `path` is a run folder. Returns nil for a model of another kind.
    public init?(_ path: String) throws {
        let file = RunFile.modelFile(path)
        // A damaged file is reported by whatever else reads it.
        guard FileManager.default.fileExists(atPath: file), let card = try? ModelFile.card(file),
            let features = card.features
        else { return nil }
        vocabulary = SequenceVocabulary(outputs: card.classes)
        guard vocabulary != nil || card.frames != nil else { return nil }
        frameLabels = try card.frames.map { try FrameLabels.decode($0) }
        (model, outputs) = (try ModelFile.read(file).model, card.classes)
        pipeline = try FeaturePipeline.decode(features)
        let shape = try pipeline.outputShape()
        guard shape == model.input, model.plan.output.count == 2, model.plan.output.last == outputs.count,
            frameLabels == nil || StepTimes(pipeline, steps: model.plan.output[0]) != nil
        else {
            throw FileError(
                file: file, place: "metadata",
                found:
                    "features of shape \(shape) and \(outputs.count) outputs, but a model with input \(model.input) and output \(model.plan.output)",
                allowed: "features, model and outputs that match")
        }
    }

    /// Returns the outputs for the features of a recording.
    private func forward(_ features: Features) -> Signal {
        let batch = Batch([features], labels: [0], ids: [""])
        return withoutRecording { model.forward(batch.inputs, .inference) }
    }

    /// Returns the tokens of a waveform with their log probability, found by prefix beam search of a width. The model must label
    /// sequences.
    public func tokens(_ wave: Waveform, width: Int = 16) throws -> (
        tokens: [String], logProbability: Double
    ) {
        let outputs = forward(try pipeline(wave))
        let best = CTCDecoding.beam(
            outputs.tensor.reshaped(Array(outputs.tensor.shape.dropFirst())), steps: outputs.lengths?[0],
            width: width
        ).first
        return (vocabulary?.tokens(best?.labels ?? []) ?? [], best?.logProbability ?? -.infinity)
    }

    /// Returns the classes of the frames of a waveform. The model must classify frames.
    public func frames(_ wave: Waveform) throws -> [FrameRun] {
        let (rows, edges) = try probabilities(wave)
        return [FrameRun](truths: rows.map { _ in nil }, probabilities: rows, edges: edges)
    }

    /// Returns the segments of a class, with the mean probability of each. The model must classify frames.
    public func segments(_ wave: Waveform, of label: Int, _ decision: SegmentDecision) throws
        -> [ClassSegment]
    {
        let (rows, edges) = try probabilities(wave)
        return decision(rows.map { $0[label] }, edges: edges).map { range in
            let own = rows.indices.filter {
                edges[$0] < range.upperBound - 1e-9 && edges[$0 + 1] > range.lowerBound + 1e-9
            }
            let sum = own.reduce(0) { $0 + rows[$1][label] }
            return ClassSegment(
                start: range.lowerBound, end: range.upperBound, label: label,
                probability: sum / Double(max(own.count, 1)))
        }
    }

    /// Returns the probabilities of the classes for each frame of a waveform, and the moments between the frames, within the waveform. A
    /// recording that is longer than the input is cut into overlapping windows, of which the middle counts.
    public func probabilities(_ wave: Waveform) throws -> (rows: [[Double]], edges: [Double]) {
        guard frameLabels != nil, let times = StepTimes(pipeline, steps: model.plan.output[0]) else {
            return ([], [0])
        }
        let wave = try wave.resampled(to: pipeline.sampleRate)
        var rows: [[Double]] = []
        let windows = StepWindows(times, pipeline, samples: wave.count)
        for window in windows.ranges {
            let own = Waveform(Array(wave.samples[window.samples]), rate: wave.rate)
            let found = StepProbabilities(forward(try pipeline(own)))[0]
            rows += found[min(window.kept.lowerBound, found.count)..<min(window.kept.upperBound, found.count)]
        }
        return (rows, (0...rows.count).map { min(times.edge($0), wave.duration) })
    }
}
