import Autograd
import Configuration

/// A split into one training, validation and test set.
protocol HoldOutSplit: SplitSpec {
    /// The size of the test set.
    var test: Amount { get set }
    /// The size of the validation set.
    var validation: Amount { get set }
    /// The random seed.
    var seed: Int { get set }
    /// How clips are drawn.
    var rule: SplitRule { get }
}

extension HoldOutSplit {
    /// The config keys of splits of single clips.
    static var clipFields: [Field<Self>] {
        [
            .init("test", \.test, "Test set: a fraction or number of the clips.", .notNone),
            .init("validation", \.validation, "Validation set: a fraction or number of the remaining clips."),
            .init("seed", \.seed, "Random seed.", .atLeast(0)),
        ]
    }

    /// Whether there is a validation set.
    public var hasValidation: Bool { validation != .none }

    /// One split, "hold-out". Throws if a subset would be empty or cannot be drawn by the rule.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let generator = generator(seed)
        let all = Array(corpus.clips.indices)
        let tested = try rule.take(test, from: all, of: corpus, .test, generator.split("test"))
        let taken = Set(tested)
        let validated = try rule.take(
            validation, from: all.filter { !taken.contains($0) }, of: corpus, .validation,
            generator.split("validation"))
        return [made("hold-out", corpus, validation: validated, test: tested)]
    }
}
