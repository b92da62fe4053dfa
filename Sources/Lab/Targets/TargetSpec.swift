import Autograd
import Configuration
import Layers
import SpeechEmotion
import Training

/// What a model learns about a clip, as a config describes it: `{"type": "regression", "column": "arousal", "range": [1, 5]}`.
public protocol TargetSpec: TaggedOptions {
    /// The name in metrics and predictions; nil for the column.
    var name: String? { get }
    /// The name in metrics and predictions. By default `name`, or the first column.
    var title: String { get }
    /// The columns that are read. A clip needs all of them.
    var columns: [String] { get }
    /// The role of the target in training.
    var role: TargetOutput.Role { get }
    /// The loss; nil for the usual one.
    var loss: AnyLoss? { get }
    /// The weight of the loss in the sum over all targets.
    var weight: Double { get }
    /// The kind of outputs.
    var kind: TargetOutput.Kind { get }
    /// Whether the targets are distributions of votes.
    var hasVotes: Bool { get }
    /// The loss where the config names none.
    var usualLoss: any LossSpec { get }
    /// The classes if they do not depend on the data; nil if they do.
    var knownClasses: [String]? { get }

    /// Returns the outputs for the classes and values of the data.
    func output(_ corpus: Corpus, training: [Clip]) throws -> TargetOutput
    /// Returns the target values of a clip, as many as the target has outputs; nil for a clip without the target.
    func values(of clip: Clip, _ output: TargetOutput) throws(InputError) -> [Double]?
}

extension TargetSpec {
    public var hasVotes: Bool { false }
    public var knownClasses: [String]? { nil }

    public var title: String { name ?? columns.first ?? Self.type }

    /// The loss in training.
    public var usedLoss: any LossSpec { loss?.value ?? usualLoss }

    /// The outputs without classes, offset and scale.
    var plainOutput: TargetOutput {
        var output = TargetOutput(title, kind, role: role, classes: knownClasses ?? [])
        output.hasVotes = hasVotes
        return output
    }

    /// Whether a clip has a value in all columns of the target.
    func isPresent(in clip: Clip) -> Bool {
        columns.allSatisfy { clip.value(of: $0)?.isEmpty == false }
    }

    /// Returns a number in a column of a clip; nil if it is missing.
    func number(_ column: String, of clip: Clip) throws(InputError) -> Double? {
        guard let text = clip.value(of: column), !text.isEmpty else { return nil }
        guard let number = Double(text), number.isFinite else {
            throw InputError(
                "the target \"\(title)\"", found: "\"\(text)\" in the column \"\(column)\" of \(clip.id)",
                allowed: "a number, or nothing for a clip without the target")
        }
        return number
    }

    /// The fields that all targets share.
    static func sharedFields(
        _ name: WritableKeyPath<Self, String?> & Sendable,
        _ role: WritableKeyPath<Self, TargetOutput.Role> & Sendable,
        _ loss: WritableKeyPath<Self, AnyLoss?> & Sendable,
        _ weight: WritableKeyPath<Self, Double> & Sendable
    ) -> [Field<Self>] {
        [
            .init(
                "name", name, "Name in metrics and predictions; `null` uses the name of the column.",
                .check("that is not empty") { $0 != "" }),
            .init(
                "role", role,
                "Role in training: `main` targets count towards the metrics; `auxiliary` ones only add to the loss; `adversarial` ones are unlearned, and their outputs must follow a `gradient_reversal` layer."
            ),
            .init("loss", loss, "Loss; `null` uses the default of the type."),
            .init("weight", weight, "Weight of the loss in the sum over all targets.", .range(0...1e6)),
        ]
    }
}

/// The registered types of targets.
public enum TargetKinds: Registry {
    /// The type of a decoded config entry.
    public typealias Value = any TargetSpec

    public static var noun: String { "target" }
    public static var builtIn: [any TaggedOptions.Type] {
        [RegressionTarget.self, ClassificationTarget.self, MultiLabelTarget.self, OrdinalTarget.self]
    }
}

/// A target of any registered type in a config.
public typealias AnyTarget = Tagged<TargetKinds>
