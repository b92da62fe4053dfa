import Autograd
import Configuration
import SpeechEmotion

/// What a run has found on the part that it measures, its test data unless told otherwise, as `result.json` holds it.
public struct RunResult: Options {
    public var split = ""
    public var part = Split.Part.test
    public var epochs = 0
    public var bestEpoch: Int?
    public var test = Named<Double?>()
    public var intervals: [Interval] = []
    public var speakers: [Group] = []
    public var truncation: [Truncated] = []

    public static let summary = "What a run has found on the part that it measures."
    public static let fields: [Field<Self>] = [
        .init("split", \.split, "The name of the split."),
        .init("part", \.part, "The part whose figures these are."),
        .init("epochs", \.epochs, "How many epochs there were; 0 for several models together.", .atLeast(0)),
        .init("best_epoch", \.bestEpoch, "The epoch whose weights were measured; null for the last."),
        .init("test", \.test, "The figures of that part; null is no number.", .required),
        .init("intervals", \.intervals, "In which ranges the figures lie."),
        .init("speakers", \.speakers, "The share of right answers for each speaker."),
        .init(
            "truncation", \.truncation,
            "How many clips of each subset that was read the features truncate, and by how much."),
    ]

    public init() {}

    /// The range of a figure.
    public struct Interval: Options {
        /// What was drawn: clips, or all clips of a speaker together.
        public enum Unit: String, CaseIterable, ConfigurationValue { case clips, speakers }

        public var figure = ""
        public var over = Unit.clips
        public var level = 0.95
        public var low: Double?
        public var high: Double?

        public static let summary = "The bootstrap's range of a figure."
        public static let fields: [Field<Self>] = [
            .init("figure", \.figure, "Which figure.", .required),
            .init("over", \.over, "What was drawn."),
            .init("level", \.level, "How sure the range is."),
            .init("low", \.low, "Its lower end."),
            .init("high", \.high, "Its upper end."),
        ]
        public init() {}
    }

    /// The answers for one speaker.
    public struct Group: Options {
        public var speaker = ""
        public var examples = 0
        public var accuracy = 0.0

        public static let summary = "The answers for one speaker."
        public static let fields: [Field<Self>] = [
            .init("speaker", \.speaker, "Who.", .required),
            .init("examples", \.examples, "How many clips."),
            .init("accuracy", \.accuracy, "The share of right answers."),
        ]
        public init() {}
    }

    /// What the features cut off the clips of a subset.
    public struct Truncated: Options {
        public var subset = Split.Part.train
        public var clips = 0
        public var truncated = 0
        public var medianSeconds = 0.0
        public var largestSeconds = 0.0
        public var shareLost = 0.0
        public var options = Named<Int>()

        public static let summary = "What the features cut off the clips of a subset."
        public static let fields: [Field<Self>] = [
            .init("subset", \.subset, "Which subset: train, validation or test.", .required),
            .init("clips", \.clips, "How many clips it has.", .atLeast(0)),
            .init("truncated", \.truncated, "How many of them lose some of their audio.", .atLeast(0)),
            .init(
                "median_seconds", \.medianSeconds,
                "The median of what the truncated clips lose, in seconds; 0 where there are none."),
            .init("largest_seconds", \.largestSeconds, "The most that a clip loses, in seconds."),
            .init("share_lost", \.shareLost, "The share of all audio that is lost, from 0 to 1."),
            .init("options", \.options, "The options of the config that cut, with how many clips each cuts."),
        ]
        public init() {}

        /// A summary of a subset.
        init(_ subset: Split.Part, _ summary: TruncationSummary) {
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

    /// The figures of predictions with their ranges.
    ///
    /// - Parameter speakers: Who speaks in each example, nil where that is not known.
    public init(
        _ predictions: Predictions, speakers: [String?], split: String, part: Split.Part,
        options: EvaluationOptions, epochs: Int, bestEpoch: Int?
    ) throws {
        (self.split, self.part, self.epochs, self.bestEpoch) = (split, part, epochs, bestEpoch)
        let figures = try predictions.figures(options.metrics)
        test = Named(figures.map { .init($0.name, $0.value.isFinite ? $0.value : nil) })
        let known = speakers.compactMap { $0 }
        let groups = known.count == predictions.ids.count && Set(known).count > 1 ? known : nil
        let generator = RandomGenerator(seed: 0).split("bootstrap")
        for unit in [Interval.Unit.clips] + (groups == nil ? [] : [.speakers]) {
            let ranges = try predictions.intervals(
                options.metrics, groups: unit == .speakers ? groups : nil, level: options.level,
                draws: options.draws, generator: generator.split(unit.rawValue))
            for (figure, range) in zip(options.metrics, ranges) {
                var interval = Interval()
                (interval.figure, interval.over, interval.level) = (figure.rawValue, unit, options.level)
                interval.low = range.low.isFinite ? range.low : nil
                interval.high = range.high.isFinite ? range.high : nil
                intervals.append(interval)
            }
        }
        if known.count == predictions.ids.count { self.speakers = Self.groups(predictions, known) }
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

extension Predictions {
    /// The bootstrap's ranges of figures.
    func intervals(
        _ figures: [Figure], groups: [String]?, level: Double, draws: Int, generator: RandomGenerator
    ) throws -> [ConfidenceInterval] {
        let decisions = decisions
        var ranges: [ConfidenceInterval] = []
        for figure in figures {
            ranges.append(
                try .bootstrap(
                    count: ids.count, groups: groups, level: level, draws: draws, generator: generator
                ) { (try? value(figure, at: $0, decisions)) ?? .nan })
        }
        return ranges
    }

    /// A figure of the examples at some places, which may be there several times.
    ///
    /// - Parameter decisions: those of these predictions, found once for many calls.
    func value(_ figure: Figure, at places: [Int], _ decisions: [Int]) throws -> Double {
        let labels = places.map { truths[$0] }
        let matrix = try ConfusionMatrix(
            classes: classes, truths: labels, predictions: places.map { decisions[$0] })
        let isSoft = figure.needsProbabilities
        let soft = try ProbabilityMetrics(
            probabilities: isSoft ? places.map { probabilities[$0] } : [], truths: isSoft ? labels : [],
            classes: classes.count)
        return figure.value(matrix, soft)
    }
}
