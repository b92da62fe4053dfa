import Autograd
import Configuration

/// Cross-validation with listed folds: the test speakers, sessions or other values of each fold.
public struct ListedFoldsSplit: SplitSpec {
    /// A rule for the validation set of a fold.
    public enum Following: String, CaseIterable, ConfigurationValue {
        /// The test set of the next fold.
        case nextFold = "next_fold"
    }

    public var by = "speaker"
    public var folds: [[NameOrNumber]] = []
    public var validation: Either<Amount, Following> = .first(.none)
    public var balance = ["label", "gender"]
    public var seed = 0

    public static let type = "listed_folds"
    public static let summary =
        "Cross-validation with listed folds, such as those of a publication. Values that are not in the corpus are left out and listed. If none of the values of a fold is in the corpus, the fold cannot be run; the other folds keep their numbers."
    public static let fields: [Field<Self>] = [
        .init("by", \.by, "Column that contains the values.", .notEmpty),
        .init(
            "folds", \.folds, "Values of the test set of each fold, such as [[1, 4], [2, 3]].", .required,
            .notEmpty),
        .init(
            "validation", \.validation,
            "Validation set of each fold: approximate fraction of the remaining clips, a number of values, or \"next_fold\" for the test values of the next fold that has clips."
        ),
        .init("balance", \.balance, "Columns by which to balance a random validation set."),
        .init("seed", \.seed, "Random seed of a random validation set.", .atLeast(0)),
    ]

    public init() {}

    /// The number of lists.
    public var foldCount: Int? { folds.count }
    /// Whether anything is taken for validation.
    public var hasValidation: Bool { if case .first(.none) = validation { false } else { true } }

    /// Whether the validation set of a fold is the test set of the next one.
    private var followsNext: Bool { if case .second(.nextFold) = validation { true } else { false } }

    public var validationIssues: [ValidationIssue] {
        let all = folds.enumerated().flatMap { fold, values in values.map { (fold: fold, text: $0.text) } }
        var seen: [String: Int] = [:]
        let lonely =
            folds.count == 1 && followsNext
            ? [ValidationIssue("validation", "\"next_fold\" requires at least two folds")] : []
        let empty = folds.indices.filter { folds[$0].isEmpty }.map {
            ValidationIssue(at: [.key("folds"), .index($0)], "expected at least one value, found none")
        }
        return lonely + empty
            + all.compactMap { value in
                guard let other = seen.updateValue(value.fold, forKey: value.text) else { return nil }
                return ValidationIssue(
                    at: [.key("folds"), .index(value.fold)],
                    "\"\(value.text)\" is also in fold \(other + 1); each value belongs to one fold")
            }
    }

    /// One split for each list. Those of whose values none is present have no clips; see `Split.isMissing`. Throws if no clip
    /// has the column or a listed value, and if only one fold has clips and the next one is to be the validation set.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let known = corpus.clips.values(of: by)
        guard !known.isEmpty else {
            throw InputError(
                "listed folds", found: "the column \"\(by)\", which no clip has",
                allowed: corpus.columns.listed(20))
        }
        let all = Array(corpus.clips.indices)
        let tests = folds.map { fold in
            let names = fold.compactMap { $0.find(in: known) }
            return all.filter { corpus.clips[$0].value(of: by).map(names.contains) ?? false }
        }
        let present = tests.indices.filter { !tests[$0].isEmpty }
        guard let first = present.first else {
            throw InputError(
                "\(folds.count) listed folds",
                found: "no clip of \(by) \(folds.joined().map(\.text).joined(separator: ", "))",
                allowed: "at least one of these values; this corpus has \(known.listed(24))")
        }
        if followsNext, present.count == 1 {
            throw InputError(
                "validation set \"next_fold\"", found: "clips in fold \(first + 1) of \(folds.count) only",
                allowed: "clips in at least two folds, or a number of \(by) values")
        }
        let rule = SplitRule.grouped(by: by, balance: balance)
        let generator = generator(seed)
        return try tests.enumerated().map { number, test in
            guard !test.isEmpty else { return missingSplit(number) }
            let clips: [Int]
            switch validation {
            case .second(.nextFold): clips = tests[present.first { $0 > number } ?? first]
            case .first(let amount):
                let taken = Set(test)
                clips = try rule.take(
                    amount, from: all.filter { !taken.contains($0) }, of: corpus, .validation,
                    generator.split("validation \(number)"))
            }
            let (found, missing) = (
                values(number, isPresent: true, known), values(number, isPresent: false, known)
            )
            var split = made(
                "\(position(number)): \(by) \(found.joined(separator: ", "))"
                    + (missing.isEmpty ? "" : " (missing: \(missing.joined(separator: ", ")))"),
                corpus, validation: clips, test: test)
            split.missing = missing
            guard !followsNext || !split.train.isEmpty else {
                throw InputError(
                    "\(position(number)), validation set \"next_fold\"",
                    found: "no training clips, because two folds contain all clips",
                    allowed: "clips in at least three folds, or a number of \(by) values")
            }
            return split
        }
    }

    private func position(_ number: Int) -> String { "fold \(number + 1) of \(folds.count)" }

    /// The values of a fold that the corpus has, or those that it lacks.
    private func values(_ number: Int, isPresent: Bool, _ known: [String]) -> [String] {
        folds[number].filter { ($0.find(in: known) != nil) == isPresent }.map(\.text)
    }

    /// A fold without clips: `fold 5 of 5 (missing: speaker 1, 4, 9, 22)`.
    private func missingSplit(_ number: Int) -> Split {
        let values = folds[number].map(\.text)
        var split = Split(
            name: "\(position(number)) (missing: \(by) \(values.joined(separator: ", ")))", train: [],
            test: [])
        (split.madeBy, split.missing) = (encode(), values)
        return split
    }
}
