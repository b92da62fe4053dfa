import Autograd
import Configuration

/// A split by named speakers, sessions, or other values of a column.
public struct ListedSplit: SplitSpec {
    public var by = "speaker"
    public var test: [NameOrNumber] = []
    public var validation: Either<Amount, [NameOrNumber]> = .first(.none)
    /// nil for everything that is in no other subset.
    public var train: [NameOrNumber]?
    public var balance = ["label", "gender"]
    public var seed = 0

    public static let type = "listed"
    public static let summary = "Split by named speakers, sessions or other values of a column."
    public static let fields: [Field<Self>] = [
        .init("by", \.by, "Column that contains the values.", .notEmpty),
        .init("test", \.test, "Values of the test set, such as [1, 11, 20, 21].", .required),
        .init(
            "validation", \.validation,
            "Values of the validation set; or an approximate fraction of the remaining clips, or a number of values."
        ),
        .init("train", \.train, "Values of the training set; by default all others."),
        .init(
            "balance", \.balance,
            "Columns by which to balance a random validation set."),
        .init("seed", \.seed, "Random seed of a random validation set.", .atLeast(0)),
    ]

    public init() {}
    /// Whether there is a validation set.
    public var hasValidation: Bool {
        switch validation {
        case .first(let amount): amount != .none
        case .second(let values): !values.isEmpty
        }
    }
    /// One split. Throws for values that no clip has or that are in two subsets, and if nothing is left for training.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let known = corpus.clips.values(of: by)
        guard !known.isEmpty else {
            throw InputError(
                "listed split", found: "the column \"\(by)\", which no clip has",
                allowed: corpus.columns.listed(20))
        }
        var subsets: [String: Split.Subset] = [:]
        func name(_ values: [NameOrNumber], _ subset: Split.Subset) throws {
            for value in values {
                guard let name = value.find(in: known) else {
                    throw InputError(
                        "\(subset.word) set by \(by)", found: "\"\(value.text)\", which no clip has",
                        allowed: known.listed(100))
                }
                if let other = subsets.updateValue(subset, forKey: name) {
                    throw InputError(
                        "listed split by \(by)",
                        found:
                            "\"\(name)\" in \(subset == other ? "one subset twice" : "\(other.rawValue) and \(subset.rawValue)")",
                        allowed: "each value in one subset")
                }
            }
        }
        try name(test, .test)
        if case .second(let values) = validation { try name(values, .validation) }
        if let train { try name(train, .train) }
        func members(_ subset: Split.Subset) -> [Int] {
            corpus.clips.indices.filter { index in
                corpus.clips[index].value(of: by).map { subsets[$0] == subset } ?? false
            }
        }
        let tested = Set(members(.test))
        var validated = members(.validation)
        var trained = train == nil ? corpus.clips.indices.filter { !tested.contains($0) } : members(.train)
        if case .first(let amount) = validation {
            let rule = SplitRule.grouped(by: by, balance: balance)
            validated = try rule.take(amount, from: trained, of: corpus, .validation, generator(seed))
        }
        let taken = Set(validated)
        trained.removeAll { taken.contains($0) }
        guard !trained.isEmpty else {
            throw InputError("listed split by \(by)", found: "no training clips", allowed: "at least one")
        }
        var split = made("listed", corpus, validation: validated, test: tested.sorted())
        split.train = trained.map { corpus.clips[$0].id }
        return [split]
    }
}
