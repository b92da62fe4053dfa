import Configuration
import Metrics
import Reports
import SpeechEmotion
import Training

/// The content of a run's report, which can be written as a self-contained HTML page. Empty fields have no section.
public struct RunReport: Sendable {
    /// The name of the run.
    public var title: String
    /// An introduction of a sentence or two.
    public var lead = ""
    /// The setup: data, model, number of parameters, seed and so on.
    public var facts: [(name: String, value: String)] = []
    /// The data split.
    public var split: Split?
    /// The truncation of clips by subset.
    public var truncation: TruncationTable?
    /// The leakage audit of the split.
    public var audit: Audit?
    /// The metrics of the evaluated subset, in display order.
    public var metrics: [MetricValue] = []
    /// Signs of failed training, one sentence each.
    public var findings: [String] = []
    /// Other warnings about the metrics, one sentence each.
    public var warnings: [String] = []
    /// A note on the evaluated subset and on how the intervals were computed.
    public var metricsNote = ""
    /// The metrics of every epoch, drawn as curves.
    public var epochs: [EpochMetrics] = []
    /// The epoch whose weights were evaluated.
    public var bestEpoch: Int?
    /// The confusion matrix of the evaluated subset.
    public var confusion: ConfusionMatrix?
    /// The targets of an experiment with targets, each with its own figures.
    public var targets: [TargetSection] = []
    /// The recall of each class with its interval; if empty, recalls are taken from the confusion matrix.
    public var classes: [Group] = []
    /// The F1 score of each class of frames with its interval.
    public var frameScores: ValueTable?
    /// The accuracy of each speaker; with several targets, that of `speakerTarget`.
    public var speakers: [Group] = []
    /// The target whose accuracy `speakers` has: the first main classification of an experiment with targets.
    public var speakerTarget: String?
    /// The calibrated decisions of each target.
    public var decisions: [DecisionReport] = []
    /// The metrics of a model that is adapted to each speaker, beside those of the model itself.
    public var adaptation: ValueTable?
    /// The metrics by group of the columns in `evaluation.groups`.
    public var groups: GroupMetrics?
    /// The method of the intervals of the recalls.
    var recallNote = ""
    /// The calibration of the predicted probabilities.
    public var calibration: Calibration?
    /// The confidence of correct and incorrect predictions.
    public var confidences: (right: [Double], wrong: [Double])?
    /// The importances of the features of a fitted model; the largest ones are drawn.
    public var importances: FeatureImportances?
    /// The hyperparameter search of the run.
    public var search: SearchResult?
    /// The number of clips and training examples of each class.
    public var trainingClasses: TrainingClasses?
    /// Misclassified examples, the most confident first.
    public var mistakes: [Example] = []
    /// Examples of the model's attention.
    public var attention: [Example] = []
    /// Saliency maps of correctly and incorrectly classified examples.
    public var saliency: [any Plot] = []
    /// Result tables over folds and seeds, and of ablations.
    public var tables: [ResultTable] = []
    /// The machine and software.
    public var environment: [(name: String, value: String)] = []
    /// Shell commands that reproduce the run.
    public var commands: [String] = []
    /// The resolved config.
    public var config: JSONValue?

    /// Creates an empty report.
    public init(title: String) { self.title = title }

    /// The data split.
    public struct Split: Sendable {
        /// The rule, such as "by speaker, 5 folds".
        public var rule: String
        /// Whether the split is speaker-independent; nil if speakers are unknown.
        public var isSpeakerIndependent: Bool?
        /// The name of the evaluated subset.
        public var measured: String
        /// The subsets, such as train, validation and test.
        public var subsets: [Subset]
        /// Sentences about folds that the data lack.
        public var remarks: [String] = []

        /// A subset of the data.
        public struct Subset: Sendable {
            /// The name, such as "train".
            public var name: String
            /// The number of examples.
            public var examples: Int
            /// The number of speakers; nil if unknown.
            public var speakers: Int?

            /// Creates a subset.
            public init(_ name: String, examples: Int, speakers: Int? = nil) {
                self.name = name
                self.examples = examples
                self.speakers = speakers
            }
        }

        /// Creates a split.
        public init(
            rule: String, isSpeakerIndependent: Bool?, measured: String = "test", subsets: [Subset] = []
        ) {
            self.rule = rule
            self.measured = measured
            self.isSpeakerIndependent = isSpeakerIndependent
            self.subsets = subsets
        }
    }

    /// The leakage audit.
    public struct Audit: Sendable {
        /// The severity of a finding.
        public enum Weight: String, Sendable {
            /// The results cannot be trusted.
            case problem = "Problem"
            case warning = "Warning"
            case note = "Note"
            /// Checked, and no problem found.
            case fine = "Checked"
        }

        /// The findings, in display order.
        public var findings: [(weight: Weight, text: String)]

        /// Creates an audit from findings in display order.
        public init(_ findings: [(weight: Weight, text: String)]) { self.findings = findings }
    }

    /// A metric of the run.
    public struct MetricValue: Sendable {
        /// The name, such as "accuracy".
        public var name: String
        /// The value with its interval; NaN bounds are not shown.
        public var interval: ConfidenceInterval
        /// Whether the value is a proportion, shown in percent.
        public var isProportion: Bool

        /// Creates a metric with its interval; NaN bounds are not shown.
        public init(_ name: String, _ interval: ConfidenceInterval, isProportion: Bool = true) {
            self.name = name
            self.interval = interval
            self.isProportion = isProportion
        }
    }

    /// The examples of a class or speaker, with the proportion classified correctly.
    public struct Group: Sendable {
        /// The class or the speaker.
        public var name: String
        /// The number of examples.
        public var examples: Int
        /// The proportion of correct predictions, from 0 to 1.
        public var share: Double
        /// The lower bound of the interval; NaN if unknown.
        public var low: Double
        /// The upper bound of the interval; NaN if unknown.
        public var high: Double

        /// Creates a group; NaN bounds are unknown.
        public init(_ name: String, examples: Int, share: Double, low: Double = .nan, high: Double = .nan) {
            self.name = name
            self.examples = examples
            self.share = share
            self.low = low
            self.high = high
        }
    }

    /// An example with its prediction.
    public struct Example: Sendable {
        /// The name, such as the file.
        public var name: String
        /// The true class.
        public var truth: String
        /// The predicted class.
        public var predicted: String
        /// The probability of the predicted class.
        public var probability: Double
        /// The waveform; nil to omit it.
        public var sound: Waveform?
        /// The attention over time; nil if the model has none.
        public var attention: WaveformPlot.Attention?

        /// Creates an example.
        public init(
            _ name: String, truth: String, predicted: String, probability: Double, sound: Waveform? = nil,
            attention: WaveformPlot.Attention? = nil
        ) {
            self.name = name
            self.truth = truth
            self.predicted = predicted
            self.probability = probability
            self.sound = sound
            self.attention = attention
        }
    }
}
