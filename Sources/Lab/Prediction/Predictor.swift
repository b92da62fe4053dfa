import Autograd
import Configuration
import Foundation
import Layers
import Metrics
import Reports
import SpeechEmotion
import Training

/// A trained model with its feature pipeline.
public struct Predictor: Sendable {
    /// The model; its outputs are class logits, or those of targets.
    public let model: Model
    /// The class names, in the order of the probabilities; of a model with targets, those of its first main classification, if any.
    public let classes: [String]
    /// The outputs of each target of a model with targets; empty for a model of classes.
    public let targets: [TargetOutput]
    /// The feature pipeline of training, without normalization by speaker.
    public let pipeline: FeaturePipeline
    /// The calibrated decisions; those of conformal prediction are part of JSON.
    public let decisions: RunDecisions
    /// Test-time augmentation, over whose copies logits are averaged.
    public let tta: TestTimeAugmentation
    private let attentionSteps = AttentionSteps()
    private let sharedPadding = SharedPadding()

    /// A prediction for one recording or window.
    public struct Prediction: Sendable {
        /// The class probabilities.
        public var probabilities: [Double]
        /// The logits, or the outputs for all targets.
        public var logits: [Double]
        /// What the outputs for targets mean; empty for logits of classes.
        public var outputs: [TargetOutput] = []
        /// How the class, or the class or labels of each target, are decided; empty for the usual decisions.
        public var rules: [DecisionRule?] = []
        /// The attention weights over time; nil if the model has no attention layer or they were not requested.
        public var attention: WaveformPlot.Attention?

        /// Creates a prediction.
        public init(
            probabilities: [Double], logits: [Double], rules: [DecisionRule?] = [],
            attention: WaveformPlot.Attention? = nil
        ) {
            (self.probabilities, self.logits, self.attention) = (probabilities, logits, attention)
            self.rules = rules
        }

        /// Interprets the outputs of a model with targets. The probabilities are those of its first main classification.
        init(
            _ logits: [Double], _ outputs: [TargetOutput], rules: [DecisionRule?],
            attention: WaveformPlot.Attention?
        ) {
            (self.logits, self.outputs, self.attention) = (logits, outputs, attention)
            self.rules = rules
            probabilities =
                outputs.mainClassification.map { outputs[$0].probabilities(logits[outputs.ranges[$0]]) } ?? []
        }

        /// The index of the decided class: the most probable one, unless the model has another rule.
        public var best: Int {
            let index = outputs.isEmpty ? 0 : outputs.mainClassification ?? 0
            return DecisionRule.decision(probabilities, rules.isEmpty ? nil : rules[index])
        }
    }

    /// Loads a model file, or the model of a run if `path` is a run folder. Throws if the file is damaged or the model has no
    /// feature pipeline.
    ///
    /// - Parameter tta: Test-time augmentation (default: that of the model).
    public init(_ path: String, tta: TestTimeAugmentation? = nil) throws {
        let file = RunFile.modelFile(path)
        guard FileManager.default.fileExists(atPath: file) else {
            throw FileError(
                file: file, place: "opening", found: "no such file",
                allowed: "a model file, or the folder of a finished run")
        }
        let (model, card) = try ModelFile.read(file)
        guard let features = card.features, !card.classes.isEmpty || card.targets != nil else {
            throw FileError(
                file: file, place: "metadata", found: "a model without features or classes",
                allowed: "a model written by Train run, combine or export")
        }
        try self.init(
            model, classes: card.classes, targets: card.targetOutputs(),
            decisions: card.decisions.map { try RunDecisions.decode($0) } ?? RunDecisions(),
            FeaturePipeline.decode(features),
            tta: tta ?? card.testTimeAugmentation(),
            file: file)
    }

    /// Combines several models into an ensemble; see `Ensemble`. If `tta` is given, their own test-time augmentation may differ.
    public init(
        combining paths: [String], vote: EnsembleVote = EnsembleVote(), tta: TestTimeAugmentation? = nil
    ) throws {
        let (model, card) = try Ensemble.combine(paths, vote, comparesTTA: tta == nil)
        try self.init(
            model, classes: card.classes, targets: card.targetOutputs(),
            FeaturePipeline.decode(card.features ?? .null),
            tta: tta ?? card.testTimeAugmentation(), file: paths[0])
    }

    /// Creates a predictor. Throws if the model and the pipeline do not match.
    init(
        _ model: Model, classes: [String], targets: [TargetOutput] = [],
        decisions: RunDecisions = RunDecisions(), _ pipeline: FeaturePipeline,
        tta: TestTimeAugmentation = TestTimeAugmentation(),
        file: String = "the model"
    ) throws {
        let shape = try pipeline.outputShape()
        let outputs = targets.isEmpty ? classes.count : targets.outputCount
        guard shape == model.input, model.plan.output == [outputs] else {
            throw FileError(
                file: file, place: "metadata",
                found:
                    "features of shape \(shape) and \(outputs) classes or target values, but a model with input \(model.input) and output \(model.plan.output)",
                allowed: "features, model and classes that match")
        }
        do { try model.plan.checkTakesRealNumbers(type(of: model.spec).type) } catch {
            throw FileError(
                file: file, place: "metadata \"model\"", found: "\(error)",
                allowed: "layers that take real-valued input")
        }
        for failure in tta.failures(pipeline) {
            throw ConfigurationError(
                place: .nowhere, path: JSONPath([.key("tta"), .index(failure.copy)]), "\(failure.error)")
        }
        (self.model, self.pipeline, self.tta, self.targets) = (model, pipeline, tta, targets)
        self.decisions = decisions
        self.classes =
            targets.isEmpty ? classes : targets.mainClassification.map { targets[$0].classes } ?? []
    }

    /// Returns the features of all copies of a recording, as `predict` takes them. Throws if they cannot be computed.
    public func features(of wave: Waveform) throws -> [Features] {
        let preprocessed = try pipeline.preprocessed(wave).sharingFrames()
        return try tta.features { transforms in
            try transforms.map { try pipeline.features(of: $0?.apply(preprocessed) ?? preprocessed) }
        }
    }

    /// Predicts a batch of recordings.
    ///
    /// - Parameter sounds: The features of all copies of each recording, the original first. If the pipeline normalizes by
    ///   speaker, they must be normalized already (`SpeakerNormalization`).
    public func predictions(for sounds: [[Features]], attention: Bool = false) -> [Prediction] {
        predictions(for: sounds, attention: attention, check: {})
    }

    /// Calls `check` before each copy is predicted; an error it throws ends the prediction.
    func predictions(
        for sounds: [[Features]], attention: Bool, check: () throws -> Void
    ) rethrows -> [Prediction] {
        guard !sounds.isEmpty else { return [] }
        require(
            sounds.allSatisfy { $0.count == tta.count },
            "Predictor: expected \(tta.count) copies of each recording, found \(sounds.map(\.count))")
        var outputs: [Tensor] = []
        var weights: Tensor?
        let perPass = max(1, Self.rowsOfPass / sounds.count)
        for first in stride(from: 0, to: tta.count, by: perPass) {
            try check()
            let copies = first..<min(first + perPass, tta.count)
            let rows = copies.flatMap { copy in sounds.map { $0[copy] } }
            let input = Batch(rows, labels: Array(repeating: 0, count: rows.count), ids: []).inputs
            let output: Tensor
            if attention, first == 0 {
                let found = model.inferenceWithAttention(input)
                (output, weights) = (found.output.tensor, found.attention.last?.weights)
            } else {
                let short = sharedPadding.removed(from: input, for: model)
                output = withoutRecording { model.forward(short, .inference).tensor }
            }
            outputs += copies.indices.map {
                output.slice(axis: 0, ($0 - first) * sounds.count..<($0 - first + 1) * sounds.count)
            }
        }
        let logits = withoutRecording { meanOverCopies(tta.count) { outputs[$0] } }
        let (raw, probabilities) = (logits.array, logits.softmax(axis: -1).array)
        let overTime = weights.map(Self.overTime)
        return sounds.enumerated().map { row, copies in
            guard targets.isEmpty else {
                let width = targets.outputCount
                return Prediction(
                    raw[row * width..<(row + 1) * width].map { Double($0) }, targets, rules: rules,
                    attention: overTime.flatMap { self.attention($0[row], copies[0]) })
            }
            let numbers = row * classes.count..<(row + 1) * classes.count
            return Prediction(
                probabilities: probabilities[numbers].map { Double($0) },
                logits: raw[numbers].map { Double($0) }, rules: rules,
                attention: overTime.flatMap { self.attention($0[row], copies[0]) })
        }
    }

    /// How the class, or the class or labels of each target, are decided; empty for the usual decisions.
    var rules: [DecisionRule?] {
        let own =
            targets.isEmpty
            ? [(decisions["class"]?.rule, classes.count)]
            : targets.map { (decisions[$0.name]?.rule, $0.classes.count) }
        let rules = own.map { rule, count in rule.flatMap { $0.suits(count) ? $0 : nil } }
        return rules.allSatisfy { $0 == nil } ? [] : rules
    }

    /// The number of examples of a forward pass that predicts several copies of one recording.
    private static let rowsOfPass = 32

    /// Returns the attention weights of the model's last attention layer over time.
    public func attention(_ features: Features) -> WaveformPlot.Attention? {
        guard pipeline.layout.value is FrameSequence else { return nil }
        let input = Batch([features], labels: [0], ids: []).inputs
        return model.attentionWeights(input).last.flatMap {
            attention(Self.overTime($0.weights)[0], features)
        }
    }

    /// Returns the weights of a recording without those of its padding, with the duration of a step.
    private func attention(_ weights: [Double], _ features: Features) -> WaveformPlot.Attention? {
        guard let layout = pipeline.layout.value as? FrameSequence, let hop = layout.features.first?.value.hop
        else { return nil }
        let steps = attentionSteps(model)
        guard steps > 0 else { return nil }
        if let windows = AttentionWindows(model, steps: steps) {
            let second =
                Double(layout.frames) / Double(windows.steps) * Double(hop) / Double(pipeline.finalRate)
            let valid = windows.spec.count(
                features.length.map { ($0 * windows.steps + layout.frames - 1) / layout.frames }
                    ?? windows.steps)
            var attention = WaveformPlot.Attention(
                Array(weights.prefix(valid)), seconds: Double(windows.spec.step) * second)
            attention.window = Double(windows.spec.size) * second
            return attention
        }
        let frames = Double(layout.frames) / Double(steps)
        let valid = features.length.map { Int((Double($0) / frames).rounded(.up)) } ?? steps
        return WaveformPlot.Attention(
            Array(weights.prefix(max(valid, 1))), seconds: frames * Double(hop) / Double(pipeline.finalRate))
    }

    /// Returns the weights of each example, [batch, time], or their mean over heads and queries, [batch, heads, time, time].
    private static func overTime(_ weights: Tensor) -> [[Double]] {
        guard let batch = weights.shape.first, let time = weights.shape.last, weights.count > 0 else {
            return []
        }
        let rows = weights.count / (batch * time)
        let numbers = weights.array
        return (0..<batch).map { example in
            (0..<time).map { step in
                (0..<rows).reduce(0.0) { $0 + Double(numbers[(example * rows + $1) * time + step]) }
                    / Double(rows)
            }
        }
    }
}

extension [TargetOutput] {
    /// The index of the first main target that is a classification; nil if there is none.
    var mainClassification: Int? { firstIndex { $0.role == .main && $0.task == .classification } }
}

extension ModelCard {
    /// The outputs of each target; none if the outputs are classes. Throws if they are damaged.
    func targetOutputs() throws -> [TargetOutput] {
        guard let targets else { return [] }
        return try TargetList.decode(JSONValue(.object([JSONMember("targets", targets)]))).targets
    }
}

/// The targets in the metadata of a model file.
private struct TargetList: Options {
    var targets: [TargetOutput] = []

    static let fields: [Field<Self>] = [
        .init("targets", \.targets, "The outputs of each target.", .required, .notEmpty)
    ]
}

extension Predictor {
    /// Throws if the model predicts targets instead of classes alone.
    ///
    /// - Parameter what: What needs classes, such as "saliency".
    static func requireClasses(_ targets: [TargetOutput], _ what: String) throws {
        guard targets.isEmpty else {
            throw InputError(
                "\(what) requires a classifier, but this model predicts the targets "
                    + targets.map { "\"\($0.name)\"" }.joined(separator: ", ")
                    + "; use Train predict or Train evaluate")
        }
    }
}
