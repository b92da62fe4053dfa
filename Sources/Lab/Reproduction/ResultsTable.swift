import Autograd
import Configuration
import Foundation

/// A table of results as a file: each row names a config, and has the results once its runs are finished.
public struct ResultsTable: Options {
    public var format = ResultsTable.formatName
    public var title = ""
    public var note = ""
    public var metric = "uar"
    public var rows: [ResultsRow] = []

    static let formatName = "prosody-table-1"

    public static let summary = "A table of results, which `Train reproduce` fills."
    public static let fields: [Field<Self>] = [
        .init("format", \.format, "File format.", .required, .oneOf([formatName])),
        .init("title", \.title, "Title of the table.", .required),
        .init("note", \.note, "Note below the table."),
        .init(
            "metric", \.metric, "Metric with a confidence interval, one of evaluation.metrics of every row."),
        .init("rows", \.rows, "Rows, in display order.", .required, .notEmpty),
    ]

    public init() {}

    public var validationIssues: [ValidationIssue] {
        var seen: Set<String> = []
        return rows.enumerated().filter { !seen.insert($1.name).inserted }.map { index, row in
            ValidationIssue(
                at: [.key("rows"), .index(index), .key("name")], "\"\(row.name)\" names two rows")
        }
    }

    /// Reads a table. Throws all errors in the file at once.
    public static func read(_ path: String) throws(ConfigurationError) -> ResultsTable {
        try decode(JSONValue.load(path))
    }

    /// Writes the file atomically.
    public func write(to path: String) throws {
        try AtomicFile.write(Array((encode().pretty() + "\n").utf8), to: path)
    }

    /// Returns the index of a row. Throws if there is none of this name.
    public func index(ofRow name: String) throws(InputError) -> Int {
        guard let index = rows.firstIndex(where: { $0.name == name }) else {
            throw InputError(
                "there is no row \"\(name)\"; the rows are "
                    + rows.map { "\"\($0.name)\"" }.joined(separator: ", "))
        }
        return index
    }
}

/// A row of a results table.
public struct ResultsRow: Options {
    public var name = ""
    public var config = ""
    public var set = Named<JSONValue>()
    public var seeds: Either<Int, [Int]>?
    public var folds: Either<SweepOptions.AllFolds, [Int]>?
    public var reported: Double?
    public var note = ""
    public var result: RowResult?

    public static let summary = "A row of a results table."
    public static let fields: [Field<Self>] = [
        .init("name", \.name, "Name of the row.", .required, .isFolderName),
        .init("config", \.config, "Config, relative to the table's folder.", .required, .notEmpty),
        .init("set", \.set, "Overrides of the config, by path."),
        .init(
            "seeds", \.seeds,
            "Seeds: a list, or a number of consecutive seeds starting at the config's; `null` uses the config's.",
            .atLeast(0)),
        .init("folds", \.folds, "Folds: a list, or \"all\"; `null` uses the config's fold."),
        .init("reported", \.reported, "Accuracy that the authors report, for comparison."),
        .init("note", \.note, "Note on the row."),
        .init("result", \.result, "Results; `null` until the runs are finished."),
    ]

    public init() {}
}

/// The results of a row's runs.
public struct RowResult: Options {
    public var config = ""
    public var corpus = ""
    public var data = ""
    public var version = ""
    public var processor = ""
    public var level = 0.95
    public var evaluation = ""
    public var statistics = ""
    public var allFolds: Int?
    public var metrics: [MetricResult] = []
    public var runs: [Run] = []

    public static let summary = "Results of the runs of a row."
    public static let fields: [Field<Self>] = [
        .init("config", \.config, "Digest (SHA-256) of the config with all overrides.", .required),
        .init("corpus", \.corpus, "Name of the corpus."),
        .init("data", \.data, "Fingerprint of the ids, classes and speakers of the clips.", .required),
        .init("version", \.version, "Version of Prosody."),
        .init("processor", \.processor, "Processor of the last run."),
        .init("level", \.level, "Confidence level of the intervals."),
        .init("evaluation", \.evaluation, "The evaluation protocol of the runs."),
        .init("statistics", \.statistics, "How estimates, intervals and standard deviations were computed."),
        .init("all_folds", \.allFolds, "Number of folds of the split; `null` if it is not known."),
        .init("metrics", \.metrics, "Metrics over all runs."),
        .init("runs", \.runs, "The runs.", .required, .notEmpty),
    ]

    public init() {}

    /// A metric over all runs.
    public struct MetricResult: Options {
        public var metric = ""
        public var mean: Double?
        public var foldDeviation: Double?
        public var seedDeviation: Double?
        public var pooled: Double?
        public var low: Double?
        public var high: Double?
        public var over = ""

        public static let summary = "A metric over all runs."
        public static let fields: [Field<Self>] = [
            .init("metric", \.metric, "Name of the metric.", .required),
            .init(
                "mean", \.mean,
                "Mean over folds of the results averaged over seeds; `null` if it is undefined."),
            .init(
                "fold_deviation", \.foldDeviation,
                "Standard deviation between folds, after averaging over seeds; `null` with one fold."),
            .init(
                "seed_deviation", \.seedDeviation,
                "Standard deviation between seeds, each over all folds; `null` with one seed."),
            .init(
                "pooled", \.pooled, "Result of the pooled test predictions of all folds, averaged over seeds."
            ),
            .init("low", \.low, "Lower bound of the confidence interval of the pooled result."),
            .init("high", \.high, "Upper bound of the confidence interval of the pooled result."),
            .init("over", \.over, "The independent units of the interval: speakers or clips."),
        ]

        public init() {}
    }

    /// A run, with digests by which a repetition is compared.
    public struct Run: Options {
        public var seed = 0
        public var fold = 1
        public var metrics = Named<Double?>()
        public var model = ""
        public var predictions = ""

        public static let summary = "A run."
        public static let fields: [Field<Self>] = [
            .init("seed", \.seed, "Random seed.", .required),
            .init("fold", \.fold, "Fold.", .required),
            .init("metrics", \.metrics, "Metrics of the evaluated subset."),
            .init("model", \.model, "Digest (SHA-256) of the model file.", .required),
            .init("predictions", \.predictions, "Digest (SHA-256) of the predictions.", .required),
        ]

        public init() {}
    }
}
