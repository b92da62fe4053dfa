import Configuration

/// The options of an ablation. Each member is a variant of the experiment; the unchanged experiment is the member "base".
/// Every member is run with every seed on every fold.
public struct SweepOptions: Options {
    /// Values by path; each combination becomes a member.
    public var grid = Named<[JSONValue]>()
    public var random: RandomSearch?
    public var variants = Named<Variant>()
    /// A number of consecutive seeds, starting at the experiment's, or a list; nil uses only the experiment's seed.
    public var seeds: Either<Int, [Int]>?
    public var folds: Either<AllFolds, [Int]>?
    public var metric = "uar"
    public var test = Test.auto
    public var confidenceLevel = 0.95

    /// The independent units of tests and intervals.
    public enum Test: String, CaseIterable, ConfigurationValue {
        case auto, speakers, folds, clips

        /// nil selects the unit automatically.
        var unit: IndependentUnit? { IndependentUnit(rawValue: rawValue) }
    }

    /// All folds of the split.
    public enum AllFolds: String, CaseIterable, ConfigurationValue { case all }

    public static let summary =
        "An ablation study, parameter search or cross-validation for `Train ablate`. Each member is a variant of the experiment; the unchanged experiment is the member \"base\"."
    public static let fields: [Field<Self>] = [
        .init(
            "grid", \.grid,
            "Grid search: lists of values by path, such as {\"optimizer.learning_rate\": [0.001, 0.01]}. Each combination is a member."
        ),
        .init("random", \.random, "Random search: members with randomly drawn values; `null` disables it."),
        .init("variants", \.variants, "Named members, each of which sets values or removes components."),
        .init(
            "seeds", \.seeds,
            "Seeds of each member: a list, or a number of consecutive seeds starting at the experiment's; `null` uses only the experiment's seed.",
            .atLeast(0)),
        .init(
            "folds", \.folds,
            "Folds of each member: a list of fold numbers, counted from 1, or \"all\" for all folds that have clips; `null` uses only the experiment's fold."
        ),
        .init("metric", \.metric, "The metric to compare: one of evaluation.metrics, or \"loss\"."),
        .init(
            "test", \.test,
            "The independent units of confidence intervals and of the paired tests against the base. `speakers`: permutation test by speaker, or a jackknife t-test with fewer than 10 speakers. `folds`: corrected resampled t-test. `clips`: McNemar's exact test for accuracy, permutation test for other metrics. `auto` selects speakers if they are known and unseen in training, else folds if there are at least three, else clips. Results are averaged over seeds first."
        ),
        .init(
            "confidence_level", \.confidenceLevel, "Confidence level of the intervals.", .above(0), .below(1)),
    ]

    /// The largest number of seeds.
    private static let mostSeeds = 1000

    public init() {}

    public var validationIssues: [ValidationIssue] {
        var found: [ValidationIssue] = []
        func complain(_ key: String, _ values: [Int], least: Int) {
            if values.isEmpty {
                found.append(ValidationIssue(key, "the list is empty; add values, or remove the key"))
            }
            if Set(values).count < values.count {
                found.append(ValidationIssue(key, "a number is listed twice"))
            }
            if let wrong = values.first(where: { $0 < least }) {
                found.append(ValidationIssue(key, "expected numbers of at least \(least), found \(wrong)"))
            }
        }
        switch seeds {
        case .first(let count) where !(1...Self.mostSeeds).contains(count):
            found.append(ValidationIssue("seeds", "expected 1 to \(Self.mostSeeds) seeds, found \(count)"))
        case .second(let list): complain("seeds", list, least: 0)
        default: break
        }
        if case .second(let list) = folds { complain("folds", list, least: 1) }
        for entry in grid.entries where entry.value.isEmpty {
            found.append(
                ValidationIssue(at: [.key("grid"), .key(entry.name)], "expected at least one value"))
        }
        return found
    }
}

/// A named member of an ablation.
public struct Variant: Options {
    public var settings = Named<JSONValue>()
    public var remove: [String] = []

    public static let summary =
        "A named variant of the experiment. Paths refer to the unchanged experiment."
    public static let fields: [Field<Self>] = [
        .init(
            "set", \.settings,
            "Values by path, such as {\"model[5].units\": 64}; a value may be an object or a list."),
        .init(
            "remove", \.remove,
            "Paths to remove: list elements, such as model[4], or keys, which are then set to their defaults."
        ),
    ]

    public init() {}

    public var validationIssues: [ValidationIssue] {
        settings.entries.isEmpty && remove.isEmpty
            ? [ValidationIssue(nil, "changes nothing; add \"set\" or \"remove\"")] : []
    }
}

/// Random search: members with randomly drawn values.
public struct RandomSearch: Options {
    public var samples = 10
    public var seed = 1
    public var ranges = Named<AnyRange>()

    public static let summary =
        "Random search. If the number of samples is increased, the earlier samples stay the same."
    public static let fields: [Field<Self>] = [
        .init("samples", \.samples, "Number of members to draw.", .range(1...1000)),
        .init("seed", \.seed, "Random seed of the search.", .atLeast(0)),
        .init("ranges", \.ranges, "Distributions to draw from, by path.", .required, .notEmpty),
    ]

    public init() {}
}
