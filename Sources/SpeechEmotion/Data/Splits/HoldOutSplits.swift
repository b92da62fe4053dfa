import Autograd
import Configuration

/// A hold-out split of clips drawn at random.
public struct RandomSplit: SplitSpec {
    /// The size of the test set, and that of the validation set.
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    public var seed = 0

    public static let type = "random"
    public static let summary = "Hold-out split at random. Not speaker-independent."
    public static let fields: [Field<Self>] = [
        .init("test", \.test, "Test set: a fraction or number of the clips.", .notNone),
        .init("validation", \.validation, "Validation set: a fraction or number of the remaining clips."),
        .init("seed", \.seed, "Random seed.", .atLeast(0)),
    ]

    public init() {}
    /// Whether there is a validation set.
    public var hasValidation: Bool { validation != .none }
    /// One split, "hold-out". Throws if a subset would be empty.
    public func split(_ corpus: Corpus) throws -> [Split] {
        [try holdOut(.plain, corpus, test: test, validation: validation, seed: seed)]
    }
}

/// A hold-out split stratified by class, with the sizes of scikit-learn.
public struct StratifiedSplit: SplitSpec {
    /// The size of the test set, and that of the validation set.
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    public var seed = 0

    public static let type = "stratified"
    public static let summary = "Hold-out split stratified by class. Not speaker-independent."
    public static let fields: [Field<Self>] = [
        .init("test", \.test, "Test set: a fraction or number of the clips.", .notNone),
        .init("validation", \.validation, "Validation set: a fraction or number of the remaining clips."),
        .init("seed", \.seed, "Random seed.", .atLeast(0)),
    ]

    public init() {}
    /// Whether there is a validation set.
    public var hasValidation: Bool { validation != .none }
    /// One split, "hold-out". Throws if a class has only one clip, or if a subset is too small for all classes.
    public func split(_ corpus: Corpus) throws -> [Split] {
        [try holdOut(.stratified, corpus, test: test, validation: validation, seed: seed)]
    }
}

/// A speaker-independent hold-out split: whole speakers, or whole groups of any other column.
public struct GroupedSplit: SplitSpec {
    /// The size of the test set, and that of the validation set.
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    /// The column whose values stay together, and those to balance by.
    public var by = "speaker"
    public var balance = ["label", "gender"]
    public var seed = 0

    public static let type = "grouped"
    public static let summary = "Speaker-independent hold-out split: whole speakers, balanced by class and gender."
    public static let fields: [Field<Self>] = [
        .init(
            "test", \.test, "Test set: approximate fraction of the clips, or a number of speakers.", .notNone),
        .init(
            "validation", \.validation,
            "Validation set: approximate fraction of the remaining clips, or a number of speakers."),
        .init("by", \.by, "Column whose values stay together.", .notEmpty),
        .init("balance", \.balance, "Columns by which the subsets are balanced."),
        .init("seed", \.seed, "Random seed.", .atLeast(0)),
    ]

    public init() {}
    /// Whether there is a validation set.
    public var hasValidation: Bool { validation != .none }
    /// One split, "hold-out". Throws if clips lack the column or there are too few groups.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let rule = SplitRule.grouped(by: by, balance: balance)
        return [try holdOut(rule, corpus, test: test, validation: validation, seed: seed)]
    }
}

extension SplitSpec {
    fileprivate func holdOut(
        _ rule: SplitRule, _ corpus: Corpus, test: Amount, validation: Amount, seed: Int
    ) throws -> Split {
        let generator = generator(seed)
        let all = Array(corpus.clips.indices)
        let test = try rule.take(test, from: all, of: corpus, .test, generator.split("test"))
        let taken = Set(test)
        let validation = try rule.take(
            validation, from: all.filter { !taken.contains($0) }, of: corpus, .validation,
            generator.split("validation"))
        return made("hold-out", corpus, validation: validation, test: test)
    }
}
