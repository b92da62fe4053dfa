import Configuration
import Layers
import Metrics
import SpeechEmotion
import Training

/// The tokens of an experiment with sequence labeling. The class of each clip is its transcript: tokens separated by spaces.
public struct SequenceVocabulary: Sendable, Equatable {
    /// The name of the blank, which is output 0.
    public static let blank = "<blank>"
    /// The names of the outputs: the blank, and the tokens in alphabetical order.
    public let outputs: [String]
    private let numbers: [String: Int]

    /// Collects the tokens of transcripts.
    public init(transcripts: [String]) {
        self.init([Self.blank] + Set(transcripts.flatMap(Self.tokens)).sortedByBytes())
    }

    /// Creates the vocabulary of a model from the names of its outputs; nil if the first one is not the blank.
    public init?(outputs: [String]) {
        guard outputs.first == Self.blank else { return nil }
        self.init(outputs)
    }

    private init(_ outputs: [String]) {
        self.outputs = outputs
        numbers = Dictionary(
            zip(outputs, outputs.indices).dropFirst().map { ($0, $1) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Splits a transcript into tokens.
    public static func tokens(_ transcript: String) -> [String] {
        transcript.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Returns the labels of tokens: their indices in `outputs`. Unknown tokens are omitted.
    public func labels(_ tokens: [String]) -> [Int] {
        tokens.compactMap { numbers[$0] }
    }

    /// Returns the tokens of labels.
    public func tokens(_ labels: [Int]) -> [String] { labels.map { outputs[$0] } }
}

extension Experiment {
    /// Whether the experiment labels sequences: its loss is `ctc`, and its classes are transcripts.
    public var labelsSequences: Bool { targets.isEmpty && frameLabels == nil && loss.value is CTCLoss }

    /// Whether the model has an output for every step.
    var labelsSteps: Bool { labelsSequences || frameLabels != nil }

    /// The names of a model's outputs for the classes of the data, if known.
    func outputs(of classes: [String]?) -> [String]? {
        guard let frameLabels else {
            return labelsSequences ? classes.map { SequenceVocabulary(transcripts: $0).outputs } : classes
        }
        if let known = frameLabels.knownClasses { return known }
        guard classes != nil, let clips = try? data.read().clips else { return nil }
        return (try? frameLabels.labeledSegments(of: clips)).map { frameLabels.classes($0) }
    }

    /// What contradicts an output for every step, with the location.
    var stepComplaints: [ValidationIssue] {
        guard labelsSteps else { return [] }
        var found = frameComplaints
        let what = frameLabels == nil ? "the loss ctc" : "frame_labels"
        func report(_ path: [String], _ message: String) {
            found.append(ValidationIssue(at: path.map { .key($0) }, message))
        }
        for (name, value) in [
            ("mixup", training.mixup), ("cutmix", training.cutmix), ("specmix", training.specmix),
        ] where value != nil {
            report(["training", name], "cannot mix the labels of steps; remove it, or \(what)")
        }
        if !evaluation.tta.isEmpty {
            report(["evaluation", "tta"], "is not available with \(what); remove it")
        }
        for (name, isSet) in [
            ("calibration", evaluation.calibration != nil), ("conformal", evaluation.conformal != nil),
        ] where isSet {
            report(["evaluation", name], "is not available with \(what); remove it")
        }
        if features.normalize != .none {
            report(["features", "normalize"], "is not available with \(what); use \"none\"")
        }
        if data.balance.rule != .all { report(["data", "balance"], "is not available with \(what)") }
        if augmentation.leaksCopies {
            report(["augmentation"], "leaking copies is not available with \(what)")
        }
        return found
    }
}
