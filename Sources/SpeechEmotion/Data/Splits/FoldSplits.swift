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
            "by", \.by, "Column whose values stay together in a fold, such as speaker; `null` for single clips."
        ),
        .init(
            "balance", \.balance,
            "Columns by which grouped stratified folds are balanced."),
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

/// Leave-one-speaker-out (LOSO) cross-validation: one fold per speaker.
public struct LeaveOneOutSplit: SplitSpec {
    public var by = "speaker"
    public var balance = ["label", "gender"]
    public var validation = Amount.none
    public var seed = 0

    public static let type = "leave_one_speaker_out"
    public static let summary = "Leave-one-speaker-out (LOSO) cross-validation: each speaker is the test set of one fold."
    public static let fields: [Field<Self>] = [
        .init("by", \.by, "Column whose values are left out in turn.", .notEmpty),
        .init(
            "validation", \.validation,
            "Validation set of each fold: approximate fraction of the remaining clips, or a number of speakers."),
        .init(
            "balance", \.balance, "Columns by which the validation set is balanced."),
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
            throw DataError(
                "leaving out one \(by)", found: "\(groups.count) of them", allowed: "at least two")
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
    public static let summary = "Six speaker-independent folds of the RAVDESS actors in common use, with four test actors each."
    public static let fields: [Field<Self>] = [
        .init(
            "validation", \.validation,
            "Validation set of each fold: approximate fraction of the remaining clips, a number of actors, or \"next_fold\" for the test actors of the next fold."
        ),
        .init(
            "balance", \.balance, "Columns by which the validation set is balanced."),
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
            let part: [Int]
            switch validation {
            case .second(.nextFold): part = tests[(number + 1) % tests.count]
            case .first(let amount):
                let taken = Set(test)
                part = try rule.take(
                    amount, from: all.filter { !taken.contains($0) }, of: corpus, .validation,
                    generator.split("validation \(number)"))
            }
            let actors = Self.actors[number].map(String.init).joined(separator: ", ")
            return made(
                "fold \(number + 1) of 6: actors \(actors)", corpus, validation: part, test: test)
        }
    }
}
