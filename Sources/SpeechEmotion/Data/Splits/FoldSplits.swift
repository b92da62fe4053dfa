import Autograd
import Configuration

/// Cross-validation: every clip is tested on in one of the folds.
public struct KFoldSplit: SplitSpec {
    public var folds = 5
    /// Whether classes keep their shares in every fold.
    public var stratified = true
    /// The column whose values stay together; nil deals out single clips.
    public var by: String?
    /// What keeps its shares in grouped folds that are stratified.
    public var balance = ["label", "gender"]
    public var validation = Amount.none
    public var shuffle = true
    public var seed = 0

    public static let type = "k_fold"
    public static let summary = "Cross-validation: every clip is tested on once."
    public static let fields: [Field<Self>] = [
        .init("folds", \.folds, "How many folds.", .range(2...1000)),
        .init("stratified", \.stratified, "Whether classes keep their shares in every fold."),
        .init(
            "by", \.by, "The column whose values stay together, such as speaker; null deals out single clips."
        ),
        .init(
            "balance", \.balance,
            "With \"by\" and \"stratified\": the columns whose values keep their shares."),
        .init(
            "validation", \.validation,
            "The validation part of each fold, by the same rule: a share of what is not tested on, or how many clips or speakers."
        ),
        .init("shuffle", \.shuffle, "Whether clips are dealt out at random; otherwise in their order."),
        .init("seed", \.seed, "The seed of the draw.", .atLeast(0)),
    ]

    public init() {}
    /// As many as `folds`, whatever the corpus.
    public var foldCount: Int? { folds }
    /// Whether anything is taken for validation.
    public var hasValidation: Bool { validation != .none }
    /// A split for each fold. Throws where there are too few clips or groups for so many folds.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let rule: Rule =
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

/// A fold for each speaker, tested on that one alone.
public struct LeaveOneOutSplit: SplitSpec {
    public var by = "speaker"
    public var balance = ["label", "gender"]
    public var validation = Amount.none
    public var seed = 0

    public static let type = "leave_one_speaker_out"
    public static let summary = "A fold for each speaker, tested on that one alone."
    public static let fields: [Field<Self>] = [
        .init("by", \.by, "The column each of whose values is left out once.", .notEmpty),
        .init(
            "validation", \.validation,
            "The validation part of each fold: about this share of the rest, or how many speakers."),
        .init(
            "balance", \.balance, "The columns whose values should keep their shares in the validation part."),
        .init("seed", \.seed, "The seed of the validation part.", .atLeast(0)),
    ]

    public init() {}
    /// Depends on how many speakers there are.
    public var foldCount: Int? { nil }
    /// Whether anything is taken for validation.
    public var hasValidation: Bool { validation != .none }
    /// A split for each speaker. Throws where clips lack the column, or all have one value there.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let all = Array(corpus.clips.indices)
        let groups = try Groups(all, of: corpus, by: by, balance: []).members
        guard groups.count >= 2 else {
            throw DataProblem(
                "leaving out one \(by)", found: "\(groups.count) of them", allowed: "two or more")
        }
        let rule = Rule.grouped(by: by, balance: balance)
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

/// The six folds of RAVDESS' actors that are in common use, four actors each.
public struct RavdessActorSplit: SplitSpec {
    /// How the validation part of a fold is found.
    public enum Following: String, CaseIterable, ConfigurationValue {
        /// The test actors of the next fold.
        case nextFold = "next_fold"
    }

    public var validation: Either<Amount, Following> = .first(.none)
    public var balance = ["label", "gender"]
    public var seed = 0

    public static let type = "ravdess_actors"
    public static let summary = "Six folds of RAVDESS' actors, four tested on in each."
    public static let fields: [Field<Self>] = [
        .init(
            "validation", \.validation,
            "The validation part of each fold: about this share of the rest, how many actors, or \"next_fold\" for the test actors of the next fold."
        ),
        .init(
            "balance", \.balance, "The columns whose values should keep their shares in the validation part."),
        .init("seed", \.seed, "The seed of the validation part.", .atLeast(0)),
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
    /// Six splits. Throws where a speaker is no number, or none of a fold's four actors is there.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let all = Array(corpus.clips.indices)
        let groups = try Groups(all, of: corpus, by: "speaker", balance: []).members
        var numbers: [Int: [Int]] = [:]
        for (name, members) in groups {
            guard let number = Int(name) else {
                throw DataProblem(
                    "folds of RAVDESS' actors", found: "the speaker \"\(name)\"", allowed: "actors 01 to 24")
            }
            numbers[number, default: []] += members
        }
        let tests = Self.actors.map { fold in fold.flatMap { numbers[$0] ?? [] }.sorted() }
        if let empty = tests.firstIndex(where: \.isEmpty) {
            throw DataProblem(
                "fold \(empty + 1) of RAVDESS' actors",
                found: "none of the actors \(Self.actors[empty].map(String.init).joined(separator: ", "))",
                allowed: "at least one of each fold's; this corpus has \(groups.map(\.name).listed(24))")
        }
        let rule = Rule.grouped(by: "speaker", balance: balance)
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
