import Autograd
import Configuration

/// One test part drawn from all clips, whoever speaks.
public struct RandomSplit: SplitSpec {
    /// How much is tested on, and how much of the rest is validated on.
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    public var seed = 0

    public static let type = "random"
    public static let summary = "Clips drawn at random, whoever speaks."
    public static let fields: [Field<Self>] = [
        .init("test", \.test, "The test part: a share of the clips, or how many.", .notNone),
        .init("validation", \.validation, "The validation part: a share of the rest, or how many clips."),
        .init("seed", \.seed, "The seed of the draw.", .atLeast(0)),
    ]

    public init() {}
    /// Whether anything is taken for validation.
    public var hasValidation: Bool { validation != .none }
    /// One split, "hold-out". Throws where a part would be empty or leave nothing to train on.
    public func split(_ corpus: Corpus) throws -> [Split] {
        [try holdOut(.plain, corpus, test: test, validation: validation, seed: seed)]
    }
}

/// One test part drawn so that classes keep their shares; sizes are scikit-learn's.
public struct StratifiedSplit: SplitSpec {
    /// How much is tested on, and how much of the rest is validated on.
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    public var seed = 0

    public static let type = "stratified"
    public static let summary = "Clips drawn so that classes keep their shares, whoever speaks."
    public static let fields: [Field<Self>] = [
        .init("test", \.test, "The test part: a share of the clips, or how many.", .notNone),
        .init("validation", \.validation, "The validation part: a share of the rest, or how many clips."),
        .init("seed", \.seed, "The seed of the draw.", .atLeast(0)),
    ]

    public init() {}
    /// Whether anything is taken for validation.
    public var hasValidation: Bool { validation != .none }
    /// One split, "hold-out". Throws where a class has one clip only, or a part is too small to hold all classes.
    public func split(_ corpus: Corpus) throws -> [Split] {
        [try holdOut(.stratified, corpus, test: test, validation: validation, seed: seed)]
    }
}

/// One test part of whole speakers, or of whole groups by any other column.
public struct GroupedSplit: SplitSpec {
    /// How much is tested on, and how much of the rest is validated on.
    public var test = Amount.share(0.2)
    public var validation = Amount.none
    /// What stays together, and what should keep its shares.
    public var by = "speaker"
    public var balance = ["label", "gender"]
    public var seed = 0

    public static let type = "grouped"
    public static let summary = "Whole speakers, drawn so that classes and genders keep their shares."
    public static let fields: [Field<Self>] = [
        .init(
            "test", \.test, "The test part: about this share of the clips, or how many speakers.", .notNone),
        .init(
            "validation", \.validation,
            "The validation part: about this share of the rest, or how many speakers."),
        .init("by", \.by, "The column whose values stay together.", .notEmpty),
        .init("balance", \.balance, "The columns whose values should keep their shares."),
        .init("seed", \.seed, "The seed of the draw.", .atLeast(0)),
    ]

    public init() {}
    /// Whether anything is taken for validation.
    public var hasValidation: Bool { validation != .none }
    /// One split, "hold-out". Throws where clips lack the column or there are too few groups.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let rule = Rule.grouped(by: by, balance: balance)
        return [try holdOut(rule, corpus, test: test, validation: validation, seed: seed)]
    }
}

extension SplitSpec {
    fileprivate func holdOut(
        _ rule: Rule, _ corpus: Corpus, test: Amount, validation: Amount, seed: Int
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
