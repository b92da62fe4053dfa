import Autograd
import Configuration

/// Cross-corpus evaluation of a combined corpus: each corpus is the test set of one fold, or the training set of one fold.
public struct LeaveOneCorpusOutSplit: SplitSpec {
    /// The corpora that the model of a fold is trained on.
    public enum Training: String, CaseIterable, ConfigurationValue {
        /// All but the corpus of the fold, which is the test set.
        case others
        /// The corpus of the fold alone. The test set has some of its speakers, and the clips of the other corpora.
        case one
    }

    public var train = Training.others
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    public var by = "speaker"
    public var balance = ["corpus", "label", "gender"]
    public var seed = 0

    public static let type = "leave_one_corpus_out"
    public static let summary =
        "Cross-corpus evaluation of combined corpora: each corpus is the test set of one fold, or the training set of one fold."
    public static let fields: [Field<Self>] = [
        .init(
            "train", \.train,
            "Training corpora of a fold: all but one (`others`), which is the test set, or only `one`, with some of its speakers and the other corpora as the test set."
        ),
        .init(
            "test", \.test,
            "With one training corpus: its test clips, as an approximate fraction of them or a number of speakers.",
            .notNone),
        .init(
            "validation", \.validation,
            "Validation set of each fold: approximate fraction of the clips of the training corpora, or a number of speakers."
        ),
        .init(
            "by", \.by,
            "Column whose values stay in one subset. Clips of other corpora that share a value with the test set are not trained on; with `train` set to `one`, those that share a value with the training or validation set are not tested. `id` keeps all clips.",
            .notEmpty),
        .init("balance", \.balance, "Columns by which to balance the validation and test sets."),
        .init("seed", \.seed, "Random seed of the validation and test sets.", .atLeast(0)),
    ]

    /// The column with the name of the corpus.
    package static let column = "corpus"

    public init() {}
    /// Depends on the number of corpora.
    public var foldCount: Int? { nil }
    /// Whether there is a validation set.
    public var hasValidation: Bool { validation != .none }

    /// One split per corpus. Throws if the clips are not those of at least two corpora.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let all = Array(corpus.clips.indices)
        guard corpus.clips.contains(where: { $0.value(of: Self.column) != nil }) else {
            throw InputError(
                "leaving out one corpus", found: "no column \"\(Self.column)\" in \(corpus.name)",
                allowed: "several corpora: {\"type\": \"combined\", \"sources\": [...]}")
        }
        let corpora = try ClipGroups(all, of: corpus, by: Self.column, balance: []).members
        guard corpora.count >= 2 else {
            throw InputError(
                "leaving out one corpus", found: "one corpus", allowed: "at least two")
        }
        let rule = SplitRule.grouped(by: by, balance: balance)
        let generator = generator(seed)
        return try corpora.map { name, members in
            let own = Set(members)
            let others = all.filter { !own.contains($0) }
            guard train == .one else {
                let (own, shared) = apart(others, from: members, of: corpus)
                guard !own.isEmpty else {
                    throw InputError(
                        "leaving out \(name)",
                        found: "no training clip left: each \(by) of the other corpora is also in \(name)",
                        allowed:
                            "a corpus with a \(by) that is not in \(name), or \"by\": \"id\" to have the same \(by) in both subsets"
                    )
                }
                let validation = try rule.take(
                    validation, from: own, of: corpus, .validation, generator.split("validation \(name)"))
                return made(
                    "without \(name)", corpus, validation: validation, test: members, unused: shared)
            }
            let test = try rule.take(test, from: members, of: corpus, .test, generator.split("test \(name)"))
            let held = Set(test)
            let validation = try rule.take(
                validation, from: members.filter { !held.contains($0) }, of: corpus, .validation,
                generator.split("validation \(name)"))
            let (apart, shared) = apart(others, from: members.filter { !held.contains($0) }, of: corpus)
            return made(
                "on \(name)", corpus, validation: validation, test: test + apart, unused: shared)
        }
    }

    /// Divides clips into those that share no value of the column `by` with others, and the rest.
    private func apart(
        _ clips: [Int], from others: [Int], of corpus: Corpus
    ) -> (apart: [Int], shared: [Int]) {
        let known = Set(others.compactMap { corpus.clips[$0].value(of: by) })
        func isShared(_ index: Int) -> Bool { corpus.clips[index].value(of: by).map(known.contains) ?? false }
        return (clips.filter { !isShared($0) }, clips.filter(isShared))
    }
}
