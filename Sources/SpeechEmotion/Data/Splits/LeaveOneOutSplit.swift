import Autograd
import Configuration

/// Leave-one-speaker-out (LOSO) cross-validation: one fold per speaker.
public struct LeaveOneOutSplit: SplitSpec {
    public var by = "speaker"
    public var balance = ["label", "gender"]
    public var validation = Amount.none
    public var seed = 0

    public static let type = "leave_one_speaker_out"
    public static let summary =
        "Leave-one-speaker-out (LOSO) cross-validation: each speaker is the test set of one fold."
    public static let fields: [Field<Self>] = [
        .init("by", \.by, "Column whose values are left out in turn.", .notEmpty),
        .init(
            "validation", \.validation,
            "Validation set of each fold: approximate fraction of the remaining clips, or a number of speakers."
        ),
        .init(
            "balance", \.balance, "Columns by which to balance the validation set."),
        .init("seed", \.seed, "Random seed of the validation set.", .atLeast(0)),
    ]

    public init() {}
    /// Depends on the number of speakers.
    public var foldCount: Int? { nil }
    /// Whether there is a validation set.
    public var hasValidation: Bool { validation != .none }
    /// One split per speaker. Throws if clips lack the column, or all have the same value.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let all = Array(corpus.clips.indices)
        let groups = try ClipGroups(all, of: corpus, by: by, balance: []).members
        guard groups.count >= 2 else {
            throw InputError(
                "leaving out one \(by)", found: "\(counted(groups.count, "value"))", allowed: "at least two")
        }
        let rule = SplitRule.grouped(by: by, balance: balance)
        let generator = generator(seed)
        return try groups.map { name, test in
            let taken = Set(test)
            let validation = try rule.take(
                validation, from: all.filter { !taken.contains($0) }, of: corpus, .validation,
                generator.split("validation \(name)"))
            return made("\(by) \(name)", corpus, validation: validation, test: test)
        }
    }
}
