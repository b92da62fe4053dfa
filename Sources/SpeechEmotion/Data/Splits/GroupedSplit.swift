import Configuration

/// A speaker-independent hold-out split: whole speakers, or whole groups of any other column.
public struct GroupedSplit: HoldOutSplit {
    /// The size of the test set, and that of the validation set.
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    /// The column whose values stay together, and those to balance by.
    public var by = "speaker"
    public var balance = ["label", "gender"]
    public var seed = 0

    public static let type = "grouped"
    public static let summary =
        "Speaker-independent hold-out split, balanced by class and gender."
    public static let fields: [Field<Self>] = [
        .init(
            "test", \.test, "Test set: approximate fraction of the clips, or a number of speakers.", .notNone),
        .init(
            "validation", \.validation,
            "Validation set: approximate fraction of the remaining clips, or a number of speakers."),
        .init("by", \.by, "Column whose values stay in one subset.", .notEmpty),
        .init("balance", \.balance, "Columns by which to balance the subsets."),
        .init("seed", \.seed, "Random seed.", .atLeast(0)),
    ]

    var rule: SplitRule { .grouped(by: by, balance: balance) }

    public init() {}
}
