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
        "Cross-validation with listed folds, such as those of a publication. Values that the corpus lacks are left out, and the names of the folds list them."
    public static let fields: [Field<Self>] = [
        .init("by", \.by, "Column that contains the values.", .notEmpty),
        .init(
            "folds", \.folds, "Values of the test set of each fold, such as [[1, 4], [2, 3]].", .required,
            .notEmpty),
        .init(
            "validation", \.validation,
            "Validation set of each fold: approximate fraction of the remaining clips, a number of values, or \"next_fold\" for the test values of the next fold."
        ),
        .init("balance", \.balance, "Columns by which to balance a random validation set."),
        .init("seed", \.seed, "Random seed of a random validation set.", .atLeast(0)),
    ]

    public init() {}

    /// The number of lists.
    public var foldCount: Int? { folds.count }
    /// Whether anything is taken for validation.
    public var hasValidation: Bool { if case .first(.none) = validation { false } else { true } }

    public var validationIssues: [ValidationIssue] {
        let all = folds.enumerated().flatMap { fold, values in values.map { (fold: fold, text: $0.text) } }
        var seen: [String: Int] = [:]
        return all.compactMap { value in
            guard let other = seen.updateValue(value.fold, forKey: value.text) else { return nil }
            return ValidationIssue(
                at: [.key("folds"), .index(value.fold)],
                "\"\(value.text)\" is also in fold \(other + 1); each value belongs to one fold")
        }
    }

    /// One split for each list. Throws if no clip has the column, and for a fold none of whose values is present.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let known = corpus.clips.values(of: by)
        guard !known.isEmpty else {
            throw InputError(
                "listed folds", found: "the column \"\(by)\", which no clip has",
                allowed: corpus.columns.listed(20))
        }
        let present = folds.map { fold in fold.compactMap { $0.find(in: known) } }
        if let empty = present.firstIndex(where: \.isEmpty) {
            throw InputError(
                "fold \(empty + 1) of \(folds.count)",
                found: "no clip of \(by) \(folds[empty].map(\.text).joined(separator: ", "))",
                allowed: "at least one value of each fold; this corpus has \(known.listed(24))")
        }
        let all = Array(corpus.clips.indices)
        let tests = present.map { names in
            all.filter { corpus.clips[$0].value(of: by).map(names.contains) ?? false }
        }
        let rule = SplitRule.grouped(by: by, balance: balance)
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
            return made(name(number, known), corpus, validation: clips, test: test)
        }
    }

    /// `fold 4 of 5: speaker 8, 17 (missing: 21, 23, 24)`.
    private func name(_ number: Int, _ known: [String]) -> String {
        let present = folds[number].filter { $0.find(in: known) != nil }.map(\.text)
        let missing = folds[number].filter { $0.find(in: known) == nil }.map(\.text)
        return "fold \(number + 1) of \(folds.count): \(by) \(present.joined(separator: ", "))"
            + (missing.isEmpty ? "" : " (missing: \(missing.joined(separator: ", ")))")
    }
}
