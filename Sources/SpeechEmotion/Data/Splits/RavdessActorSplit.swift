import Autograd
import Configuration

/// The six folds of RAVDESS actors in common use, four actors each.
public struct RavdessActorSplit: SplitSpec {
    /// A rule for the validation set of a fold.
    public enum Following: String, CaseIterable, ConfigurationValue {
        /// The test actors of the next fold.
        case nextFold = "next_fold"
    }

    public var validation: Either<Amount, Following> = .first(.none)
    public var balance = ["label", "gender"]
    public var seed = 0

    public static let type = "ravdess_actors"
    public static let summary =
        "Six commonly used speaker-independent folds of RAVDESS, with four test actors each."
    public static let fields: [Field<Self>] = [
        .init(
            "validation", \.validation,
            "Validation set of each fold: approximate fraction of the remaining clips, a number of actors, or \"next_fold\" for the test actors of the next fold."
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
    public var foldCount: Int? { Self.actors.count }
    /// Whether anything is taken for validation.
    public var hasValidation: Bool { if case .first(.none) = validation { false } else { true } }
    /// Six splits. Throws if a speaker is not an actor number, or if none of a fold's four actors is present.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let all = Array(corpus.clips.indices)
        let groups = try ClipGroups(all, of: corpus, by: "speaker", balance: []).members
        var numbers: [Int: [Int]] = [:]
        for (name, members) in groups {
            guard let number = Int(name) else {
                throw DataError(
                    "folds of RAVDESS actors", found: "the speaker \"\(name)\"", allowed: "actors 01 to 24")
            }
            numbers[number, default: []] += members
        }
        let tests = Self.actors.map { fold in fold.flatMap { numbers[$0] ?? [] }.sorted() }
        if let empty = tests.firstIndex(where: \.isEmpty) {
            throw DataError(
                "fold \(empty + 1) of RAVDESS actors",
                found: "none of the actors \(Self.actors[empty].map(String.init).joined(separator: ", "))",
                allowed: "at least one of each fold; this corpus has \(groups.map(\.name).listed(24))")
        }
        let rule = SplitRule.grouped(by: "speaker", balance: balance)
        let generator = generator(seed)
        return try tests.enumerated().map { number, test in
            let clips: [Int]
            switch validation {
            case .second(.nextFold): clips = tests[(number + 1) % tests.count]
            case .first(let amount):
                let taken = Set(test)
                clips = try rule.take(
                    amount, from: all.filter { !taken.contains($0) }, of: corpus, .validation,
                    generator.split("validation \(number)"))
            }
            let actors = Self.actors[number].map(String.init).joined(separator: ", ")
            return made(
                "fold \(number + 1) of 6: actors \(actors)", corpus, validation: clips, test: test)
        }
    }
}
