import Autograd
import Configuration

/// k-fold cross-validation: every clip is tested once.
public struct KFoldSplit: SplitSpec {
    public var folds = 5
    /// Whether folds are stratified by class.
    public var stratified = true
    /// The column whose values stay together; nil for single clips.
    public var by: String?
    /// The columns that grouped stratified folds are balanced by.
    public var balance = ["label", "gender"]
    public var validation = Amount.none
    public var shuffle = true
    public var seed = 0

    public static let type = "k_fold"
    public static let summary = "k-fold cross-validation: every clip is tested once."
    public static let fields: [Field<Self>] = [
        .init("folds", \.folds, "Number of folds.", .range(2...1000)),
        .init("stratified", \.stratified, "Whether folds are stratified by class."),
        .init(
            "by", \.by,
            "Column whose values stay in one fold, such as speaker; `null` splits by clip."
        ),
        .init(
            "balance", \.balance,
            "Columns by which to balance folds that are stratified and have `by`."),
        .init(
            "validation", \.validation,
            "Validation set of each fold, drawn by the same rule: a fraction of the clips outside the test set, or a number of clips or speakers."
        ),
        .init("shuffle", \.shuffle, "Whether clips are assigned at random; otherwise in their order."),
        .init("seed", \.seed, "Random seed.", .atLeast(0)),
    ]

    public init() {}
    /// `folds`, for every corpus.
    public var foldCount: Int? { folds }
    /// Whether there is a validation set.
    public var hasValidation: Bool { validation != .none }
    /// One split per fold. Throws if there are too few clips or groups for the folds.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let rule: SplitRule =
            if let by {
                .grouped(by: by, balance: stratified ? balance : [])
            } else {
                stratified ? .stratified : .plain
            }
        let generator = generator(seed)
        let all = Array(corpus.clips.indices)
        let tests = try rule.folds(folds, of: all, in: corpus, shuffle ? generator.split("folds") : nil)
        return try tests.enumerated().map { number, test in
            let taken = Set(test)
            let validation = try rule.take(
                validation, from: all.filter { !taken.contains($0) }, of: corpus, .validation,
                generator.split("validation \(number)"))
            return made("fold \(number + 1) of \(folds)", corpus, validation: validation, test: test)
        }
    }
}
