import Configuration

/// The result of a leakage audit of a split, as in the `audit.json` of a run.
public struct AuditReport: Options {
    /// The severity of a finding.
    public enum Severity: String, CaseIterable, ConfigurationValue {
        /// Test scores are inflated by what was trained on.
        case leak
        /// Scores may be too optimistic, or may not mean what they seem to.
        case warning
        /// Worth knowing.
        case note
    }

    /// The topic of a finding.
    public enum Kind: String, CaseIterable, ConfigurationValue {
        case clip, augmented, audio, take, speaker, saying, statement, statistics, classes, silence,
            unreadable, unused
        /// Recording conditions are associated with what a model is to predict.
        case recording
    }

    /// One finding.
    public struct Finding: Options, Equatable {
        /// The severity.
        public var severity = Severity.note
        /// The topic.
        public var kind = Kind.clip
        /// The subsets it concerns, one or two.
        public var subsets: [Split.Subset] = []
        /// The number of clips, speakers or pairs.
        public var count = 0
        /// The finding in a sentence.
        public var message = ""
        /// A few of the clips, speakers or pairs.
        public var examples: [String] = []

        public static let summary = "A finding of a leakage audit."
        public static let fields: [Field<Self>] = [
            .init("severity", \.severity, "Severity.", .required),
            .init("kind", \.kind, "Topic.", .required),
            .init("subsets", \.subsets, "The subsets it concerns."),
            .init("count", \.count, "Number of clips, speakers or pairs.", .atLeast(0)),
            .init("message", \.message, "The finding in a sentence.", .required),
            .init("examples", \.examples, "A few of the clips, speakers or pairs."),
        ]
        public init() {}

        /// Creates a finding.
        init(
            _ severity: Severity, _ kind: Kind, _ subsets: [Split.Subset], count: Int, _ message: String,
            examples: [String]
        ) {
            (self.severity, self.kind, self.subsets) = (severity, kind, subsets)
            (self.count, self.message, self.examples) = (count, message, examples)
        }
    }

    /// The contents of a subset.
    public struct SubsetSummary: Options {
        /// The subset.
        public var subset = Split.Subset.train
        /// The number of clips.
        public var clips = 0
        /// The number of clips of each class, in the order of the corpus' classes.
        public var classes = Named<Int>()
        /// The known speakers, without duplicates.
        public var speakers: [String] = []
        /// The total duration in seconds; nil if the audio was not read.
        public var duration: Double?

        public static let summary = "The contents of a subset."
        public static let fields: [Field<Self>] = [
            .init("subset", \.subset, "The subset: train, validation or test.", .required),
            .init("clips", \.clips, "Number of clips.", .atLeast(0)),
            .init("classes", \.classes, "Number of clips of each class."),
            .init("speakers", \.speakers, "Known speakers."),
            .init("seconds", \.duration, "Total duration; `null` if the audio was not read."),
        ]
        public init() {}
    }

    /// The name of the split.
    public var split = ""
    /// The name of the corpus.
    public var corpus = ""
    /// Whether no leak was found.
    public var isClean = true
    /// Whether the audio itself was compared.
    public var comparedAudio = false
    /// The training, validation and test sets.
    public var subsets: [SubsetSummary] = []
    /// The findings, most severe first.
    public var findings: [Finding] = []

    public static let summary = "The leakage audit of a split."
    public static let fields: [Field<Self>] = [
        .init("split", \.split, "Name of the split."),
        .init("corpus", \.corpus, "Name of the corpus."),
        .init("is_clean", \.isClean, "Whether no leak was found.", .required),
        .init("compared_audio", \.comparedAudio, "Whether the audio itself was compared.", .required),
        .init("subsets", \.subsets, "The training, validation and test sets.", .required),
        .init("findings", \.findings, "The findings, most severe first.", .required),
    ]
    public init() {}

    /// The known speakers of a subset, without duplicates.
    public func speakers(_ subset: Split.Subset) -> [String] {
        subsets.first { $0.subset == subset }?.speakers ?? []
    }

    /// The report as text: the contents of the subsets, then the findings with examples.
    public var table: String {
        let classes = subsets.first?.classes.entries.map(\.name) ?? []
        var rows = [["", "clips", "speakers", "minutes"] + classes]
        for subset in subsets {
            let minutes = subset.duration.map { duration -> String in
                let tenths = Int((duration / 6).rounded())
                return "\(tenths / 10).\(tenths % 10)"
            }
            rows.append(
                [subset.subset.rawValue, "\(subset.clips)", "\(subset.speakers.count)", minutes ?? "-"]
                    + subset.classes.entries.map { "\($0.value)" })
        }
        var lines = ["\(corpus), \(split)", ""] + TextTable(rows) { $0 > 0 }.lines + [""]
        if findings.isEmpty { lines.append("No problems were found.") }
        for finding in findings {
            let word =
                ["leak": "LEAK", "warning": "warning", "note": "note"][finding.severity.rawValue] ?? ""
            lines.append("\(word): \(finding.message)")
            lines += finding.examples.map { "    \($0)" }
            let more = finding.count - finding.examples.count
            if more > 0, !finding.examples.isEmpty { lines.append("    and \(more) more") }
        }
        if !comparedAudio { lines.append("The audio itself was not compared.") }
        return lines.joined(separator: "\n") + "\n"
    }
}
