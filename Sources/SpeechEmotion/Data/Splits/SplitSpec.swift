import Autograd
import Configuration

/// How a corpus is split, as a config names it: `{"type": "grouped", "by": "speaker", "test": 0.2, "seed": 1}`.
public protocol SplitSpec: TaggedOptions {
    /// One split, or one for each fold; the same ones for the same clips and options on every machine. Throws a
    /// `DataProblem` where the corpus cannot be split in this way.
    func split(_ corpus: Corpus) throws -> [Split]
    /// How many splits there will be, whatever the corpus; nil where that depends on it. One unless given.
    var foldCount: Int? { get }
    /// Whether there may be a validation part. True unless given.
    var hasValidation: Bool { get }
}

extension SplitSpec {
    /// One split.
    public var foldCount: Int? { 1 }
    /// There may be a validation part.
    public var hasValidation: Bool { true }
}

/// The ways of splitting that a config may name.
public enum SplitKinds: Registry {
    /// What stands in a config is a way of splitting.
    public typealias Value = any SplitSpec

    public static var noun: String { "split" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            RandomSplit.self, StratifiedSplit.self, GroupedSplit.self, KFoldSplit.self,
            LeaveOneOutSplit.self, RavdessActorSplit.self, ListedSplit.self, FileSplit.self,
        ]
    }
}

/// A way of splitting of any kind inside a config.
public typealias AnySplit = Tagged<SplitKinds>

extension SplitSpec {
    /// A split of clips by their places in the corpus: what is neither tested nor validated is trained on.
    func made(_ name: String, _ corpus: Corpus, validation: [Int], test: [Int]) -> Split {
        let taken = Set(validation).union(test)
        let train = corpus.clips.indices.filter { !taken.contains($0) }
        var split = Split(
            name: name, train: train.map { corpus.clips[$0].id },
            validation: validation.sorted().map { corpus.clips[$0].id },
            test: test.sorted().map { corpus.clips[$0].id })
        split.madeBy = encode()
        return split
    }

    /// A generator for a seed of the options.
    func generator(_ seed: Int) -> RandomGenerator { RandomGenerator(seed: UInt64(Swift.max(seed, 0))) }
}
