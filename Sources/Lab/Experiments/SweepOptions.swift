import Configuration

/// What an ablation varies. Every member changes the experiment as it stands, which is the member "base" itself; then each
/// member is run with every seed on every fold.
public struct SweepOptions: Options {
    /// Values for paths: a member for each combination.
    public var grid = Named<[JSONValue]>()
    public var random: RandomSearch?
    public var variants = Named<Variant>()
    /// So many from the experiment's own on, or these; nil for the experiment's own.
    public var seeds: Either<Int, [Int]>?
    public var folds: Either<AllFolds, [Int]>?
    public var metric = "uar"
    public var test = Test.auto
    public var level = 0.95

    /// What is independent when members are compared with the base and intervals are computed.
    public enum Test: String, CaseIterable, ConfigurationValue {
        case auto, speakers, folds, clips

        /// nil for what the runs allow.
        var unit: RunGroup.Unit? { RunGroup.Unit(rawValue: rawValue) }
    }

    /// Every fold that the split has.
    public enum AllFolds: String, CaseIterable, ConfigurationValue { case all }

    public static let summary = "What Train ablate varies: each member changes the experiment in its own way."
    public static let fields: [Field<Self>] = [
        .init(
            "grid", \.grid,
            "Lists of values by path, such as {\"optimizer.learning_rate\": [0.001, 0.01]}: a member for each combination."
        ),
        .init("random", \.random, "Members with values that are drawn; null draws none."),
        .init("variants", \.variants, "Members by name, each of which sets values or removes parts."),
        .init(
            "seeds", \.seeds,
            "The seeds of each member: a list, or how many from the experiment's own on; null for its own alone.",
            .atLeast(0)),
        .init(
            "folds", \.folds,
            "The folds of each member: a list from 1, or \"all\"; null for the experiment's own alone."),
        .init("metric", \.metric, "The metric that is compared, one of evaluation.metrics or \"loss\"."),
        .init(
            "test", \.test,
            "The independent units of intervals and tests, in which members are compared with the base on the same clips. speakers: a permutation test by speaker. folds: the corrected resampled t-test. clips: McNemar's exact test for accuracy, a permutation test for other metrics. auto takes speakers where they are known and unseen in training, else folds where there are at least three, else clips. Seeds are averaged first."
        ),
        .init(
            "confidence_level", \.level, "The confidence level of the intervals.", .above(0), .below(1)),
    ]

    /// More are no ablation any more.
    private static let mostSeeds = 1000

    public init() {}

    public var complaints: [Complaint] {
        var found: [Complaint] = []
        func complain(_ key: String, _ values: [Int], least: Int) {
            if values.isEmpty {
                found.append(Complaint(key, "the list is empty; leave it out, or name some"))
            }
            if Set(values).count < values.count { found.append(Complaint(key, "a number occurs twice")) }
            if let wrong = values.first(where: { $0 < least }) {
                found.append(Complaint(key, "expected numbers of at least \(least), found \(wrong)"))
            }
        }
        switch seeds {
        case .first(let count) where !(1...Self.mostSeeds).contains(count):
            found.append(Complaint("seeds", "expected 1 to \(Self.mostSeeds) seeds, found \(count)"))
        case .second(let list): complain("seeds", list, least: 0)
        default: break
        }
        if case .second(let list) = folds { complain("folds", list, least: 1) }
        for entry in grid.entries where entry.value.isEmpty {
            found.append(Complaint(at: [.key("grid"), .key(entry.name)], "expected at least one value"))
        }
        return found
    }
}

/// A member that a person has named.
public struct Variant: Options {
    public var settings = Named<JSONValue>()
    public var remove: [String] = []

    public static let summary =
        "Changes of the experiment under a name. Paths are those of the experiment as it stands."
    public static let fields: [Field<Self>] = [
        .init(
            "set", \.settings,
            "Values by path, such as {\"model[5].units\": 64}; a value may be a whole part."),
        .init(
            "remove", \.remove,
            "Paths of what is taken away: elements of lists, such as model[4], and keys, which then have their defaults."
        ),
    ]

    public init() {}

    public var complaints: [Complaint] {
        settings.entries.isEmpty && remove.isEmpty
            ? [Complaint(nil, "changes nothing; \"set\" or \"remove\" something")] : []
    }
}

/// Members whose values are drawn.
public struct RandomSearch: Options {
    public var draws = 10
    public var seed = 1
    public var ranges = Named<AnyRange>()

    public static let summary =
        "Members whose values are drawn; more draws leave the earlier ones as they are."
    public static let fields: [Field<Self>] = [
        .init("samples", \.draws, "How many members.", .range(1...1000)),
        .init("seed", \.seed, "The seed of the draws.", .atLeast(0)),
        .init("ranges", \.ranges, "What is drawn from, by path.", .required, .notEmpty),
    ]

    public init() {}
}
