import Configuration
import Metrics
import Reports
import SpeechEmotion
import Training

/// Everything that is to be told about a run. It makes a page that can be read without a network and printed. Whatever is
/// empty or nil has no section there.
public struct RunReport: Sendable {
    /// The name of the run.
    public var title: String
    /// What it was, in a sentence or two.
    public var lead = ""
    /// What was run: data, model, parameters, seeds ...
    public var facts: [(name: String, value: String)] = []
    /// Which examples were trained and tested on.
    public var split: Split?
    /// How many clips the features truncate, and by how much.
    public var truncation: TruncationTable?
    /// What was looked for in the split, such as clips of one speaker on both sides.
    public var audit: Audit?
    /// The figures of the measured part, in the order in which they are shown.
    public var figures: [KeyFigure] = []
    /// Signs that the training failed, a sentence each.
    public var findings: [String] = []
    /// On which examples the figures were found, and how their intervals.
    public var figuresNote = ""
    /// The figures of every epoch, which are drawn as curves.
    public var epochs: [EpochMetrics] = []
    /// The epoch whose weights were measured.
    public var bestEpoch: Int?
    /// What was taken for what there.
    public var confusion: ConfusionMatrix?
    /// Recalls of classes with their intervals; without any they are taken from the confusion matrix.
    public var classes: [Group] = []
    /// The part of right answers of each speaker.
    public var speakers: [Group] = []
    /// Whether the model is as often right as it believes.
    public var calibration: Calibration?
    /// How sure right and wrong answers were.
    public var confidences: (right: [Double], wrong: [Double])?
    /// What mattered to a model of features; the ones that matter most are drawn.
    public var importances: (names: [String], values: [Double])?
    /// Mistakes, the most confident first.
    public var mistakes: [Example] = []
    /// Examples that show where the model looked.
    public var attention: [Example] = []
    /// Results over folds and seeds, ablations.
    public var tables: [ResultTable] = []
    /// The machine and the program, as people read them.
    public var environment: [(name: String, value: String)] = []
    /// Lines for a terminal that repeat the run.
    public var commands: [String] = []
    /// The resolved config.
    public var config: JSONValue?

    /// A report with nothing in it yet.
    public init(title: String) { self.title = title }

    /// How examples were divided.
    public struct Split: Sendable {
        /// Such as "by speaker, 5 folds".
        public var rule: String
        /// Whether no speaker of the measured part was trained on; nil where speakers are not known.
        public var keepsSpeakersApart: Bool?
        /// The name of the part whose figures are shown.
        public var measured: String
        /// Such as train, validation and test.
        public var parts: [Part]

        /// A part of the data.
        public struct Part: Sendable {
            /// Such as "train".
            public var name: String
            /// How many examples it has.
            public var examples: Int
            /// nil where they are not known.
            public var speakers: Int?

            /// A part by its name and sizes.
            public init(_ name: String, examples: Int, speakers: Int? = nil) {
                self.name = name
                self.examples = examples
                self.speakers = speakers
            }
        }

        /// A division into parts.
        public init(
            rule: String, keepsSpeakersApart: Bool?, measured: String = "test", parts: [Part] = []
        ) {
            self.rule = rule
            self.measured = measured
            self.keepsSpeakersApart = keepsSpeakersApart
            self.parts = parts
        }
    }

    /// What was looked for in the split, and what was found.
    public struct Audit: Sendable {
        /// How much a finding matters.
        public enum Weight: String, Sendable {
            /// The figures cannot be trusted.
            case problem = "Problem"
            case warning = "Warning"
            /// Looked for and not found.
            case fine = "Checked"
        }

        /// In the order in which they are shown.
        public var findings: [(weight: Weight, text: String)]

        /// Findings in the order in which they are shown.
        public init(_ findings: [(weight: Weight, text: String)]) { self.findings = findings }
    }

    /// A figure of the run.
    public struct KeyFigure: Sendable {
        /// Such as "accuracy".
        public var name: String
        /// The figure with its bounds; bounds that are nan are not shown.
        public var interval: ConfidenceInterval
        /// Whether it is a share, shown in percent.
        public var isShare: Bool

        /// A figure with its interval; bounds that are nan are not shown.
        public init(_ name: String, _ interval: ConfidenceInterval, isShare: Bool = true) {
            self.name = name
            self.interval = interval
            self.isShare = isShare
        }
    }

    /// The examples of a class or a speaker, and how many of them are right.
    public struct Group: Sendable {
        /// The class or the speaker.
        public var name: String
        /// How many there are.
        public var examples: Int
        /// The part of them that is right, from 0 to 1.
        public var share: Double
        /// The lower bound of the share; nan where it is not known.
        public var low: Double
        /// The upper bound of the share; nan where it is not known.
        public var high: Double

        /// A group; bounds that are nan are not known.
        public init(_ name: String, examples: Int, share: Double, low: Double = .nan, high: Double = .nan) {
            self.name = name
            self.examples = examples
            self.share = share
            self.low = low
            self.high = high
        }
    }

    /// An example and what the model made of it.
    public struct Example: Sendable {
        /// Such as its file.
        public var name: String
        /// The class that it is of.
        public var truth: String
        /// The class that the model took it for.
        public var answer: String
        /// Of the answer.
        public var probability: Double
        /// nil where it is not to be drawn.
        public var sound: Waveform?
        /// Where the model looked; nil where it has no attention over time.
        public var attention: WaveformPlot.Attention?

        /// An example.
        public init(
            _ name: String, truth: String, answer: String, probability: Double, sound: Waveform? = nil,
            attention: WaveformPlot.Attention? = nil
        ) {
            self.name = name
            self.truth = truth
            self.answer = answer
            self.probability = probability
            self.sound = sound
            self.attention = attention
        }
    }
}
