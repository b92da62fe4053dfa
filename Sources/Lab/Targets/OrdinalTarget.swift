import Autograd
import Configuration
import Layers
import SpeechEmotion
import Training

/// One of several ordered classes, learned as the chances that the class is higher than each level (Niu et al. 2016).
public struct OrdinalTarget: TargetSpec {
    public var column = ""
    public var levels: [String] = []
    public var name: String?
    public var role = TargetOutput.Role.main
    public var loss: AnyLoss?
    public var weight = 1.0

    public static let type = "ordinal"
    public static let summary =
        "Ordinal classification: one of several ordered classes, such as the intensity of an emotion."
    public static let fields: [Field<Self>] =
        [
            .init("column", \.column, "Column with the level.", .required, .notEmpty),
            .init(
                "levels", \.levels, "Values of the column from the lowest to the highest.", .required,
                .check("of at least two different values") { $0.count > 1 && Set($0).count == $0.count }),
        ] + sharedFields(\.name, \.role, \.loss, \.weight)

    public init() {}

    public var columns: [String] { [column] }
    public var kind: TargetOutput.Kind { .ordinal }
    public var usualLoss: any LossSpec { BinaryCrossEntropyLoss() }
    public var knownClasses: [String]? { levels }

    public func output(_ corpus: Corpus, training: [Clip]) -> TargetOutput { plainOutput }

    public func values(of clip: Clip, _ output: TargetOutput) throws(InputError) -> [Double]? {
        guard let text = clip.value(of: column), !text.isEmpty else { return nil }
        guard let rank = levels.firstIndex(of: text) else {
            throw InputError(
                "the target \"\(title)\"", found: "\"\(text)\" in the column \"\(column)\" of \(clip.id)",
                allowed: levels.map { "\"\($0)\"" }.joined(separator: ", "))
        }
        return (1..<levels.count).map { rank >= $0 ? 1 : 0 }
    }
}
