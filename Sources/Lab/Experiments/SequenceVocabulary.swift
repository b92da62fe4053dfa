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

    /// Collects the tokens of transcripts.
    public init(transcripts: [String]) {
        outputs = [Self.blank] + Set(transcripts.flatMap(Self.tokens)).sortedByBytes()
    }

    /// Creates the vocabulary of a model from the names of its outputs; nil if the first one is not the blank.
    public init?(outputs: [String]) {
        guard outputs.first == Self.blank else { return nil }
        self.outputs = outputs
    }

    /// Splits a transcript into tokens.
    public static func tokens(_ transcript: String) -> [String] {
        transcript.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Returns the labels of a transcript: the indices of its tokens in `outputs`. Unknown tokens are omitted.
    public func labels(_ transcript: String) -> [Int] {
        let numbers = Dictionary(
            outputs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return Self.tokens(transcript).compactMap { numbers[$0] }
    }

    /// Returns the tokens of labels.
    public func tokens(_ labels: [Int]) -> [String] { labels.map { outputs[$0] } }
}

extension Experiment {
    /// Whether the experiment labels sequences: its loss is `ctc`, and its classes are transcripts.
    public var labelsSequences: Bool { targets.isEmpty && loss.value is CTCLoss }

    /// The names of a model's outputs for the classes of the data.
    func outputs(of classes: [String]) -> [String] {
        labelsSequences ? SequenceVocabulary(transcripts: classes).outputs : classes
    }

    /// What contradicts sequence labeling, with the location.
    var sequenceComplaints: [ValidationIssue] {
        guard labelsSequences else { return [] }
        var found: [ValidationIssue] = []
        func report(_ path: [String], _ message: String) {
            found.append(ValidationIssue(at: path.map { .key($0) }, message))
        }
        for (name, value) in [
            ("mixup", training.mixup), ("cutmix", training.cutmix), ("specmix", training.specmix),
        ] where value != nil {
            report(["training", name], "cannot mix label sequences; remove it, or use another loss than ctc")
        }
        if !evaluation.tta.isEmpty {
            report(["evaluation", "tta"], "is not available with the loss ctc; remove it")
        }
        if initialize != nil { report(["initialize"], "is not available with the loss ctc; remove it") }
        if search != nil { report(["search"], "is not available with the loss ctc; remove it") }
        if features.normalize != .none {
            report(["features", "normalize"], "is not available with the loss ctc; use \"none\"")
        }
        if data.balance.rule != .all { report(["data", "balance"], "is not available with the loss ctc") }
        if augmentation.leaksCopies {
            report(["augmentation"], "leaking copies is not available with the loss ctc")
        }
        return found
    }
}

extension SequencePredictions {
    /// The name of the label error rate in logs and results.
    static let rateName = "label_error_rate"
}
