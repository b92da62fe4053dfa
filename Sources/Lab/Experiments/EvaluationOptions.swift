import Configuration
import Metrics
import SpeechEmotion

/// The options of evaluation: the `evaluation` section of an experiment.
public struct EvaluationOptions: Options {
    public var metrics = [Metric.accuracy, .uar, .macroF1]
    public var subset = Subset.test
    public var groups: [String] = []
    public var calibration: Calibration?
    public var conformal: Double?
    public var thresholds: ThresholdOptions?
    public var tta: [[AnyWaveAugmentation]] = []
    public var batchSize = 64
    public var confidenceLevel = 0.95
    public var resamples = 2000

    /// The subset on which the trained model is evaluated.
    public enum Subset: String, CaseIterable, ConfigurationValue {
        case test
        /// For hyperparameter search: the test set stays unused, so that no choice depends on it.
        case validation

        /// The corresponding subset of a split.
        public var splitSubset: Split.Subset { self == .test ? .test : .validation }
    }

    /// How probabilities are calibrated after training.
    public enum Calibration: String, CaseIterable, ConfigurationValue {
        case temperature
    }

    public static let summary =
        "Evaluation: metrics, subset, test-time augmentation and confidence intervals."
    public static let fields: [Field<Self>] = [
        .init(
            "metrics", \.metrics,
            "Metrics to compute in addition to the loss, on the validation set after each epoch and on the evaluated subset after training."
        ),
        .init(
            "subset", \.subset,
            "The subset to evaluate after training. With `validation`, the test set is never read: use it for hyperparameter search."
        ),
        .init(
            "groups", \.groups,
            "Columns of the corpus, such as `gender` or `speaker`: the report has every metric for the clips with each value of a column, and the gap between the worst and the best of them.",
            .check("of different columns that are not empty") { columns in
                Set(columns).count == columns.count && !columns.contains("")
            }),
        .init(
            "calibration", \.calibration,
            "`temperature` divides the logits of each classification by a temperature that minimizes the log loss of the validation set (Guo et al. 2017). The last dense layer includes it, so it applies to every prediction and export; `null` keeps the logits."
        ),
        .init(
            "conformal", \.conformal,
            "Coverage of conformal prediction sets and intervals, such as 0.9: calibrated on the validation set, shown for the evaluated subset and its speakers, stored in the model, and part of the JSON of `Train predict`; `null` disables it.",
            .above(0), .below(1)),
        .init(
            "thresholds", \.thresholds,
            "Decision rule: how classes and labels are predicted from the probabilities, which it does not change. The rule is stored in the model and used for the metrics of the evaluated subset and for every prediction; `null` predicts the most probable class, and labels with a probability of at least 0.5."
        ),
        .init(
            "tta", \.tta,
            "Test-time augmentation: each entry is a list of waveform augmentations that creates one augmented copy of a recording. The logits are averaged over the original and all copies. Augmentations are applied after preprocessing; random parameters are drawn once and shared by all recordings. Validation during training does not use it.",
            TestTimeAugmentation.limit),
        .init(
            "batch_size", \.batchSize,
            "Number of examples per batch in evaluation. It does not affect results.", .range(1...1 << 20)),
        .init(
            "confidence_level", \.confidenceLevel, "Confidence level of the intervals.", .above(0), .below(1)),
        .init(
            "resamples", \.resamples, "Number of permutations of the permutation tests between runs.",
            .range(1...1_000_000)),
    ]

    public init() {}

    public var validationIssues: [ValidationIssue] {
        let doubled = metrics.indices.filter { metrics[..<$0].contains(metrics[$0]) }.map { index in
            ValidationIssue(
                at: [.key("metrics"), .index(index)],
                "\"\(metrics[index].name)\" is listed twice; remove one")
        }
        return doubled + TestTimeAugmentation(tta).validationIssues
    }
}
