import Autograd
import Configuration

/// The six folds of RAVDESS actors of EmoBox (Ma et al. 2024), four actors each.
public struct RavdessActorSplit: SplitSpec {
    public var validation: Either<Amount, ListedFoldsSplit.Following> = .first(.none)
    public var balance = ["label", "gender"]
    public var seed = 0

    public static let type = "ravdess_actors"
    public static let summary =
        "Six commonly used speaker-independent folds of RAVDESS, with four test actors each."
    public static let fields: [Field<Self>] = [
        .init(
            "validation", \.validation,
            "Validation set of each fold: approximate fraction of the remaining clips, a number of actors, or \"next_fold\" for the test actors of the next fold that has clips."
        ),
        .init(
            "balance", \.balance, "Columns by which to balance the validation set."),
        .init("seed", \.seed, "Random seed of the validation set.", .atLeast(0)),
    ]

    /// The test actors of each fold.
    public static let actors = [
        [1, 11, 20, 21], [4, 10, 12, 14], [8, 9, 19, 23], [3, 5, 7, 24], [2, 15, 16, 18], [6, 13, 17, 22],
    ]

    public init() {}
    /// Six.
    public var foldCount: Int? { lists.foldCount }
    /// Whether anything is taken for validation.
    public var hasValidation: Bool { lists.hasValidation }

    private var lists: ListedFoldsSplit {
        var lists = ListedFoldsSplit()
        lists.folds = Self.actors.map { $0.map(NameOrNumber.init(integerLiteral:)) }
        (lists.validation, lists.balance, lists.seed) = (validation, balance, seed)
        return lists
    }

    /// Six splits. Those of whose actors none is present have no clips. Throws if all are missing.
    public func split(_ corpus: Corpus) throws -> [Split] {
        var splits = try lists.split(corpus)
        for index in splits.indices { splits[index].madeBy = encode() }
        return splits
    }
}
