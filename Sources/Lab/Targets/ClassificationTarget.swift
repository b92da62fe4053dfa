import Autograd
import Configuration
import Layers
import SpeechEmotion
import Training

/// One of several classes: the values of a column, or the distribution of annotators' votes.
public struct ClassificationTarget: TargetSpec {
    public var column = "label"
    public var votes = Named<String>()
    public var name: String?
    public var role = TargetOutput.Role.main
    public var loss: AnyLoss?
    public var weight = 1.0

    public static let type = "classification"
    public static let summary =
        "Classification: one of several classes, from a column such as label, gender or speaker, or from the votes of several annotators."
    public static let fields: [Field<Self>] =
        [
            .init(
                "column", \.column,
                "Column with the class. For `label`, the classes are those of `data`. For an auxiliary or adversarial target they are the values of the training set.",
                .notEmpty),
            .init(
                "votes", \.votes,
                "Soft labels: for each class, the column with the number of annotators who chose it, such as {\"angry\": \"votes_angry\"}. The target is then the distribution of the votes, and `column` is not used."
            ),
        ] + sharedFields(\.name, \.role, \.loss, \.weight)

    public init() {}
    /// The values of a column.
    public init(_ column: String, role: TargetOutput.Role = .main) {
        (self.column, self.role) = (column, role)
    }

    public var columns: [String] { hasVotes ? votes.entries.map(\.value) : [column] }
    public var title: String { name ?? (hasVotes ? "votes" : column) }
    public var kind: TargetOutput.Kind { .classification }
    public var hasVotes: Bool { !votes.entries.isEmpty }
    public var usualLoss: any LossSpec { CrossEntropyLoss() }
    public var knownClasses: [String]? { hasVotes ? votes.entries.map(\.name) : nil }

    public var validationIssues: [ValidationIssue] {
        votes.entries.count == 1 ? [ValidationIssue("votes", "expected at least two classes, found one")] : []
    }

    public func output(_ corpus: Corpus, training: [Clip]) throws -> TargetOutput {
        var output = plainOutput
        if !hasVotes {
            output.classes =
                role != .main
                ? training.values(of: column)
                : column == "label" ? corpus.classes : corpus.clips.values(of: column)
        }
        guard output.classes.count > 1 else {
            throw InputError(
                "the target \"\(title)\"",
                found: "\(output.classes.count) different values in the column \"\(column)\"",
                allowed: "at least two")
        }
        return output
    }

    public func values(of clip: Clip, _ output: TargetOutput) throws(InputError) -> [Double]? {
        guard hasVotes else {
            guard let text = clip.value(of: column), let index = output.classes.firstIndex(of: text) else {
                return nil
            }
            return output.classes.indices.map { $0 == index ? 1 : 0 }
        }
        var counts: [Double] = []
        for entry in votes.entries {
            guard let count = try number(entry.value, of: clip) else { return nil }
            guard count >= 0 else {
                throw InputError(
                    "the target \"\(title)\"",
                    found: "\(count) votes in the column \"\(entry.value)\" of \(clip.id)",
                    allowed: "a number of at least 0")
            }
            counts.append(count)
        }
        let sum = counts.reduce(0, +)
        return sum > 0 && sum.isFinite ? counts.map { $0 / sum } : nil
    }
}
