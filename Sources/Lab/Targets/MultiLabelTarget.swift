import Autograd
import Configuration
import Layers
import SpeechEmotion
import Training

/// Any number of labels of a clip.
public struct MultiLabelTarget: TargetSpec {
    public var labels = Named<String>()
    public var name: String?
    public var role = TargetOutput.Role.main
    public var loss: AnyLoss?
    public var weight = 1.0

    public static let type = "multi_label"
    public static let summary =
        "Multi-label classification: any number of labels per clip, each in a column with 0 or 1."
    public static let fields: [Field<Self>] =
        [
            .init(
                "labels", \.labels,
                "For each label, the column with 0 or 1, or with the fraction of annotators who chose it; a label applies if the value is at least 0.5.",
                .required, .notEmpty)
        ] + sharedFields(\.name, \.role, \.loss, \.weight)

    public init() {}

    public var columns: [String] { labels.entries.map(\.value) }
    public var title: String { name ?? "labels" }
    public var kind: TargetOutput.Kind { .multiLabel }
    public var usualLoss: any LossSpec { BinaryCrossEntropyLoss() }
    public var knownClasses: [String]? { labels.entries.map(\.name) }

    public func output(_ corpus: Corpus, training: [Clip]) -> TargetOutput { plainOutput }

    public func values(of clip: Clip, _ output: TargetOutput) throws(InputError) -> [Double]? {
        var row: [Double] = []
        for entry in labels.entries {
            guard let share = try number(entry.value, of: clip) else { return nil }
            guard (0...1).contains(share) else {
                throw InputError(
                    "the target \"\(title)\"",
                    found: "\(share) in the column \"\(entry.value)\" of \(clip.id)",
                    allowed: "0, 1, or a fraction between them")
            }
            row.append(share)
        }
        return row
    }
}
