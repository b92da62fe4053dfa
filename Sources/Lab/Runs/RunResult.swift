import Autograd
import Configuration
import Metrics
import Reports
import SpeechEmotion

/// The results of a run on the evaluated subset, the test set by default, as in `result.json`.
public struct RunResult: Options {
    public var split = ""
    public var subset = Split.Subset.test
    public var epochs = 0
    public var bestEpoch: Int?
    public var test = Named<Double?>()
    public var speakerIndependent: Bool?
    public var intervals: [Interval] = []
    public var speakers: [Group] = []
    public var findings: [TrainingFinding] = []
    public var truncation: [Truncated] = []
    public var skipped: [Skipped] = []
    public var search = Named<JSONValue>()

    public static let summary = "Results of a run on the evaluated subset."
    public static let fields: [Field<Self>] = [
        .init("split", \.split, "Name of the split."),
        .init("subset", \.subset, "The evaluated subset: train, validation or test."),
        .init("epochs", \.epochs, "Number of epochs; 0 for an ensemble.", .atLeast(0)),
        .init("best_epoch", \.bestEpoch, "Epoch whose weights were evaluated; `null` for the last."),
        .init("test", \.test, "Metrics of the evaluated subset; `null` if undefined.", .required),
        .init(
            "speaker_independent", \.speakerIndependent,
            "Whether no speaker of the evaluated subset is in the training set or, for the test set, the validation set; `null` if speakers are unknown."
        ),
        .init("intervals", \.intervals, "Confidence intervals of the metrics."),
        .init("speakers", \.speakers, "Accuracy by speaker."),
        .init(
            "findings", \.findings,
            "Signs of failed training, such as an increasing loss; see `TrainingDiagnosis`."),
        .init(
            "truncation", \.truncation,
            "Clips that the features truncate, for each subset that was read."),
        .init(
            "skipped", \.skipped,
            "Skipped clips, for each subset that has any."),
        .init("search", \.search, "Values chosen by the hyperparameter search, by path."),
    ]

    public init() {}

    /// The confidence interval of a metric.
    public struct Interval: Options {
        public var metric = ""
        public var over = ClusteredMetric.Unit.clips
        public var units = 0
        public var method: ConfidenceInterval.Method?
        public var absence: ConfidenceInterval.Absence?
        public var level = 0.95
        public var low: Double?
        public var high: Double?

        public static let summary = "Confidence interval of a metric."
        public static let fields: [Field<Self>] = [
            .init("metric", \.metric, "Name of the metric.", .required),
            .init("over", \.over, "The independent units: speakers or clips."),
            .init("units", \.units, "Number of units.", .atLeast(0)),
            .init("method", \.method, "Method; `null` if there is no interval."),
            .init("absence", \.absence, "The reason why there is no interval; `null` if there is one."),
            .init("level", \.level, "Confidence level.", .above(0), .below(1)),
            .init("low", \.low, "Lower bound; `null` if there is no interval."),
            .init("high", \.high, "Upper bound; `null` if there is no interval."),
        ]
        public init() {}
    }

    /// The results for one speaker.
    public struct Group: Options {
        public var speaker = ""
        public var examples = 0
        public var accuracy = 0.0

        public static let summary = "Results for one speaker."
        public static let fields: [Field<Self>] = [
            .init("speaker", \.speaker, "The speaker.", .required),
            .init("examples", \.examples, "Number of clips."),
            .init("accuracy", \.accuracy, "Accuracy."),
        ]
        public init() {}
    }

    /// The truncation of the clips of a subset by the features.
    public struct Truncated: Options {
        public var subset = Split.Subset.train
        public var clips = 0
        public var truncated = 0
        public var medianSeconds = 0.0
        public var largestSeconds = 0.0
        public var shareLost = 0.0
        public var options = Named<Int>()

        public static let summary = "Truncation of the clips of a subset by the features."
        public static let fields: [Field<Self>] = [
            .init("subset", \.subset, "The subset: train, validation or test.", .required),
            .init("clips", \.clips, "Number of clips.", .atLeast(0)),
            .init("truncated", \.truncated, "Number of truncated clips.", .atLeast(0)),
            .init(
                "median_seconds", \.medianSeconds,
                "Median duration cut from truncated clips in seconds; 0 if there are none."),
            .init("largest_seconds", \.largestSeconds, "Largest duration cut from a clip in seconds."),
            .init("share_lost", \.shareLost, "Fraction of all audio that is lost, from 0 to 1."),
            .init(
                "options", \.options,
                "Options of the config that truncate, with the number of clips that each truncates."),
        ]
        public init() {}

        /// A summary of a subset.
        init(_ subset: Split.Subset, _ summary: TruncationSummary) {
            self.subset = subset
            (clips, truncated) = (summary.clips, summary.truncated)
            (medianSeconds, largestSeconds, shareLost) = (summary.median, summary.largest, summary.share)
            options = Named(summary.options.map { .init($0.name, $0.clips) })
        }

        /// The summary that this is.
        var summary: TruncationSummary {
            var summary = TruncationSummary([], options: [])
            (summary.clips, summary.truncated) = (clips, truncated)
            (summary.median, summary.largest, summary.share) = (medianSeconds, largestSeconds, shareLost)
            summary.options = options.entries.map { ($0.name, $0.value) }
            return summary
        }
    }

    /// The clips of a subset that could not be used, such as unreadable files.
    public struct Skipped: Options {
        public var subset: Split.Subset?
        public var clips = 0
        public var skipped = 0
        public var reasons: [String] = []
        public var lostClasses: [String] = []

        public static let summary = "Skipped clips of a subset."
        public static let fields: [Field<Self>] = [
            .init(
                "subset", \.subset,
                "The subset: train, validation or test; `null` for files that are in no subset."),
            .init("clips", \.clips, "Number of clips, including skipped ones.", .atLeast(0)),
            .init("skipped", \.skipped, "Number of skipped clips.", .atLeast(0)),
            .init("reasons", \.reasons, "Reasons, with the names of the clips."),
            .init(
                "lost_classes", \.lostClasses,
                "Classes whose clips in the subset were all skipped."),
        ]
        public init() {}

        /// The omissions of a subset, or of the files of the data if it is nil.
        ///
        /// - Parameter lost: The classes of which no clip is left.
        init(_ subset: Split.Subset?, kept: Int, _ omissions: [Omission], lost: [String] = []) {
            self.subset = subset
            (clips, skipped) = (kept + omissions.count, omissions.count)
            (reasons, lostClasses) = (omissions.summary(), lost)
        }

        /// A warning about the classes of which no clip is left, without a period; nil if there are none.
        var warning: String? {
            guard let subset, !lostClasses.isEmpty else { return nil }
            let effect =
                subset == .train
                ? "the model cannot predict \(lostClasses.count == 1 ? "this class" : "these classes")"
                : MissingClasses.effect
            return
                "no clip of \(MissingClasses.list(lostClasses)) in the \(subset.word) set could be used: \(effect)"
        }
    }

    /// Warnings, one sentence each: signs of failed training, and classes of which no clip could be used.
    public var warnings: [String] {
        findings.map(\.message) + skipped.compactMap(\.warning).map { $0 + "." }
    }

    /// The metrics of predictions with their confidence intervals. Speakers are the independent units where they are known and unseen in
    /// training, clips otherwise.
    ///
    /// - Parameter speakerIndependent: Whether no speaker was trained or validated on; nil where that is not known.
    public init(
        _ predictions: Predictions, speakerIndependent: Bool?, split: String, subset: Split.Subset,
        options: EvaluationOptions, epochs: Int, bestEpoch: Int?
    ) throws {
        (self.split, self.subset, self.epochs, self.bestEpoch) = (split, subset, epochs, bestEpoch)
        self.speakerIndependent = speakerIndependent
        let metrics = try predictions.metrics(options.metrics)
        test = Named(metrics.map { .init($0.name, $0.value.isFinite ? $0.value : nil) })
        let unit = predictions.unit(speakerIndependent: speakerIndependent)
        for metric in options.metrics {
            let isKnown = predictions.parts.isEmpty || test[metric.name].flatMap { $0 } != nil
            let found = try isKnown ? predictions.interval(metric, unit, options) : .undefined(options)
            var interval = Interval()
            (interval.metric, interval.over, interval.units) = (metric.name, unit, found.units)
            (interval.method, interval.absence, interval.level) = (found.method, found.absence, found.level)
            interval.low = found.low.isFinite ? found.low : nil
            interval.high = found.high.isFinite ? found.high : nil
            intervals.append(interval)
        }
        if predictions.knownSpeakers != nil, let predictions = predictions.classification {
            self.speakers = Self.groups(predictions, predictions.speakers.compactMap { $0 })
        }
    }

    /// A description of the intervals: method, independent units, assumption.
    public var intervalNote: String {
        IntervalNote.text(
            of: intervals.map {
                IntervalNote(
                    unit: $0.over, units: $0.units, method: $0.method, absence: $0.absence,
                    metrics: [$0.metric], level: $0.level, speakerIndependent: speakerIndependent)
            })
    }

    private static func groups(_ predictions: Predictions, _ speakers: [String]) -> [Group] {
        let right = zip(predictions.truths, predictions.decisions).map { $0 == $1 }
        var counts: [String: (right: Int, all: Int)] = [:]
        for (speaker, right) in zip(speakers, right) {
            counts[speaker, default: (0, 0)].all += 1
            counts[speaker, default: (0, 0)].right += right ? 1 : 0
        }
        return counts.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
            var group = Group()
            let count = counts[name] ?? (0, 1)
            (group.speaker, group.examples) = (name, count.all)
            group.accuracy = Double(count.right) / Double(count.all)
            return group
        }
    }
}

extension ConfidenceInterval {
    /// No interval for a metric without a value.
    fileprivate static func undefined(_ options: EvaluationOptions) -> ConfidenceInterval {
        var interval = ConfidenceInterval(
            estimate: .nan, low: .nan, high: .nan, level: options.confidenceLevel)
        interval.absence = .undefined
        return interval
    }
}

extension Predictions {
    /// What is independent: speakers where all are known and none is known to be trained on, clips otherwise.
    func unit(speakerIndependent: Bool?) -> ClusteredMetric.Unit {
        knownSpeakers != nil && speakerIndependent != false ? .speakers : .clips
    }

    /// The confidence interval of a metric, over speakers or clips.
    func interval(
        _ metric: Metric, _ unit: ClusteredMetric.Unit, _ options: EvaluationOptions
    ) throws(InputError) -> ConfidenceInterval {
        ClusterResampling.interval(
            try ClusteredMetric(metric, [self], by: unit), level: options.confidenceLevel)
    }
}

extension ClusteredMetric.Unit: ConfigurationValue {}
extension ConfidenceInterval.Method: ConfigurationValue {}
extension ConfidenceInterval.Absence: ConfigurationValue {}
