import Autograd
import Configuration

/// A rule to split a corpus, as a config names it: `{"type": "grouped", "by": "speaker", "test": 0.2, "seed": 1}`.
public protocol SplitSpec: TaggedOptions {
    /// Returns one split, or one per fold; the same ones for the same clips and options on every machine. Throws an
    /// `InputError` if the corpus cannot be split.
    func split(_ corpus: Corpus) throws -> [Split]
    /// The number of splits if it does not depend on the corpus; otherwise nil. Defaults to one.
    var foldCount: Int? { get }
    /// Whether there may be a validation set. Defaults to true.
    var hasValidation: Bool { get }
}

extension SplitSpec {
    /// One split.
    public var foldCount: Int? { 1 }
    /// There may be a validation set.
    public var hasValidation: Bool { true }
}

/// The registered splits.
public enum SplitKinds: Registry {
    /// The type of a decoded config entry.
    public typealias Value = any SplitSpec

    public static var noun: String { "split" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            RandomSplit.self, StratifiedSplit.self, GroupedSplit.self, KFoldSplit.self,
            LeaveOneOutSplit.self, LeaveOneCorpusOutSplit.self, RavdessActorSplit.self, ListedSplit.self,
            ListedFoldsSplit.self, FileSplit.self,
        ]
    }
}

/// A split of any registered type in a config.
public typealias AnySplit = Tagged<SplitKinds>

extension SplitSpec {
    /// Creates a split from the indices of clips. The training set has the clips that are neither in the test set nor in the
    /// validation set, unless they are unused.
    func made(
        _ name: String, _ corpus: Corpus, validation: [Int], test: [Int], unused: [Int] = []
    ) -> Split {
        let taken = Set(validation).union(test).union(unused)
        let train = corpus.clips.indices.filter { !taken.contains($0) }
        var split = Split(
            name: name, train: train.map { corpus.clips[$0].id },
            validation: validation.sorted().map { corpus.clips[$0].id },
            test: test.sorted().map { corpus.clips[$0].id })
        split.madeBy = encode()
        return split
    }

    /// Creates a generator from a seed of the options.
    func generator(_ seed: Int) -> RandomGenerator { RandomGenerator(seed: UInt64(Swift.max(seed, 0))) }
}
