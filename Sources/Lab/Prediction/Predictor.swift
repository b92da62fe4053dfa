import Autograd
import Configuration
import Foundation
import Layers
import Reports
import SpeechEmotion
import Training

/// A trained model with the way from a sound to its input: what predicting takes.
public struct Predictor {
    /// What answers; its outputs are the logits of the classes.
    public let model: Model
    /// The names of the classes, in the order of the probabilities.
    public let classes: [String]
    /// From a sound of any rate to the model's input, as it was in training; before normalising where it normalises by speaker.
    public let pipeline: FeaturePipeline
    /// The forms of a sound that the model is asked about; the mean of its logits answers.
    public let views: TestTimeAugmentation

    /// What a model says of one sound.
    public struct Answer: Sendable {
        /// A probability for each class.
        public var probabilities: [Double]
        /// What the probabilities are the softmax of.
        public var logits: [Double]
        /// Where the model looked in the sound itself; nil where it has no attention over time.
        public var attention: WaveformPlot.Attention?

        /// An answer of a probability and a logit for each class.
        public init(
            probabilities: [Double], logits: [Double], attention: WaveformPlot.Attention? = nil
        ) {
            (self.probabilities, self.logits, self.attention) = (probabilities, logits, attention)
        }

        /// The place of the likeliest class.
        public var best: Int {
            probabilities.indices.max {
                probabilities[$0] < probabilities[$1] || probabilities[$0] == probabilities[$1] && $0 > $1
            } ?? 0
        }
    }

    /// Reads a model file, or the model of a run where `path` is its folder. Throws where the file is damaged or is no
    /// model of sounds.
    ///
    /// - Parameter views: In place of the views that the model was tested with.
    public init(_ path: String, views: TestTimeAugmentation? = nil) throws {
        let file = RunFile.modelFile(path)
        guard FileManager.default.fileExists(atPath: file) else {
            throw FileError(
                file: file, place: "opening", found: "no such file",
                allowed: "a model file, or the folder of a run that has ended")
        }
        let (model, card) = try ModelFile.read(file)
        guard let features = card.features, !card.classes.isEmpty else {
            throw FileError(
                file: file, place: "metadata", found: "a model without features or classes",
                allowed: "a model that a run or an export has written")
        }
        try self.init(
            model, classes: card.classes, FeaturePipeline.decode(features),
            views: views ?? card.testTimeAugmentation(),
            file: file)
    }

    /// Several models as one; see `Ensemble`. With `views` in place of theirs they need not have been tested with the same ones.
    public init(combining paths: [String], views: TestTimeAugmentation? = nil) throws {
        let (model, card) = try Ensemble.combine(paths, comparesViews: views == nil)
        try self.init(
            model, classes: card.classes, FeaturePipeline.decode(card.features ?? .null),
            views: views ?? card.testTimeAugmentation(), file: paths[0])
    }

    /// A model with its pipeline. Throws where one does not fit the other.
    init(
        _ model: Model, classes: [String], _ pipeline: FeaturePipeline,
        views: TestTimeAugmentation = TestTimeAugmentation(),
        file: String = "the model"
    ) throws {
        let shape = try pipeline.outputShape()
        guard shape == model.input, model.plan.output == [classes.count] else {
            throw FileError(
                file: file, place: "metadata",
                found:
                    "features of shape \(shape) and \(classes.count) classes for a model from \(model.input) to \(model.plan.output)",
                allowed: "features, model and classes that fit each other")
        }
        do { try model.plan.checkTakesRealNumbers(type(of: model.spec).type) } catch {
            throw FileError(
                file: file, place: "metadata \"model\"", found: "\(error)",
                allowed: "layers for real numbers, as the features of a sound are")
        }
        for failure in views.failures(pipeline) {
            throw ConfigurationError(
                place: .nowhere, path: JSONPath([.key("tta"), .index(failure.copy)]), "\(failure.error)")
        }
        (self.model, self.classes, self.pipeline, self.views) = (model, classes, pipeline, views)
    }

    /// The features of a sound in all its views, as `answers` takes them. Throws where there are none to be had of it.
    public func features(of wave: Waveform) throws -> [Features] {
        let preprocessed = try pipeline.preprocessed(wave).sharingFrames()
        return try views.features { transforms in
            try transforms.map { try pipeline.features(of: $0?.apply(preprocessed) ?? preprocessed) }
        }
    }

    /// What the model says of sounds, one answer each; at most a batch at a time.
    ///
    /// - Parameter sounds: The features of each in all views, the sound itself first. Where the pipeline normalises by speaker they have to
    ///   be normalised already (`SpeakerNormalization`).
    public func answers(_ sounds: [[Features]], attention: Bool = false) -> [Answer] {
        guard !sounds.isEmpty else { return [] }
        require(
            sounds.allSatisfy { $0.count == views.count },
            "Predictor: each sound in \(views.count) views, \(sounds.map(\.count)) are given")
        let logits = withoutRecording {
            meanOverViews(views.count) { view in
                let features = sounds.map { $0[view] }
                let batch = Batch(features, labels: Array(repeating: 0, count: features.count), ids: [])
                return model.forward(batch.inputs, .inference).tensor
            }
        }
        let (raw, probabilities) = (logits.array, logits.softmax(axis: -1).array)
        return sounds.enumerated().map { row, views in
            let numbers = row * classes.count..<(row + 1) * classes.count
            return Answer(
                probabilities: probabilities[numbers].map { Double($0) },
                logits: raw[numbers].map { Double($0) },
                attention: attention ? self.attention(views[0]) : nil)
        }
    }

    /// The weights of the model's attention over a sound; of several layers the last counts.
    public func attention(_ features: Features) -> WaveformPlot.Attention? {
        guard let layout = pipeline.layout.value as? FrameSequence, let hop = layout.features.first?.value.hop
        else { return nil }
        let input = Batch([features], labels: [0], ids: []).inputs
        guard let weights = model.attentionWeights(input).last?.weights,
            let whole = model.attentionWeights(Signal(input.tensor)).last?.weights,
            let steps = whole.shape.last, steps > 0
        else { return nil }
        let frames = Double(layout.frames) / Double(steps)
        let valid = features.length.map { Int((Double($0) / frames).rounded(.up)) } ?? steps
        let overTime = Self.overTime(weights)
        return WaveformPlot.Attention(
            Array(overTime.prefix(max(valid, 1))), seconds: frames * Double(hop) / Double(pipeline.finalRate))
    }

    /// Weights of [1, time] as they are, of [1, heads, time, time] as the mean of heads and queries.
    private static func overTime(_ weights: Tensor) -> [Double] {
        let time = weights.shape.last ?? 1
        let rows = weights.count / max(time, 1)
        let numbers = weights.array
        return (0..<time).map { step in
            (0..<rows).reduce(0.0) { $0 + Double(numbers[$1 * time + step]) } / Double(max(rows, 1))
        }
    }
}
