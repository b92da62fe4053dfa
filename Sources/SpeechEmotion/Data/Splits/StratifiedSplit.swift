import Configuration

/// A hold-out split stratified by class, with the sizes of scikit-learn.
public struct StratifiedSplit: HoldOutSplit {
    /// The size of the test set, and that of the validation set.
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    public var seed = 0

    public static let type = "stratified"
    public static let summary = "Hold-out split stratified by class. Not speaker-independent."
    public static var fields: [Field<Self>] { clipFields }

    var rule: SplitRule { .stratified }

    public init() {}
}
