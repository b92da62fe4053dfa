import Configuration

/// A hold-out split of clips drawn at random.
public struct RandomSplit: HoldOutSplit {
    /// The size of the test set, and that of the validation set.
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    public var seed = 0

    public static let type = "random"
    public static let summary = "Hold-out split at random. Not speaker-independent."
    public static var fields: [Field<Self>] { clipFields }

    var rule: SplitRule { .plain }

    public init() {}
}
