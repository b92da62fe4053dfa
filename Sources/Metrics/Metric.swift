import Autograd
import Configuration
import Synchronization

/// A metric of predictions. Configs and result files refer to it by its name.
///
/// Programs add custom metrics with `register(_:)` before they read a config:
///
/// ```swift
/// Metric.register(
///     Metric("errors", summary: "Number of wrong predictions.", higherIsBetter: false) { predictions in
///         Double(zip(predictions.truths, predictions.decisions).count { $0 != $1 })
///     })
/// ```
public struct Metric: Sendable {
    /// The name in configs, logs and result files, such as `macro_f1`, or `arousal.ccc` for one of several targets.
    public private(set) var name: String
    /// A description in one sentence.
    public let summary: String
    /// Whether higher values are better.
    public let higherIsBetter: Bool
    /// Whether the metric is a proportion, usually given in percent.
    public let isProportion: Bool
    /// Whether small samples overestimate the metric by more than their sampling error, so that no interval is given.
    public let isBiased: Bool
    /// The target that the metric is about, such as `arousal` in `arousal.ccc`; nil for the mean over all main targets to which it
    /// applies.
    public private(set) var target: String?
    /// The scale of its intervals.
    let scale: MetricScale
    let formula: Formula

    /// How the value is computed. `ClusteredMetric` resamples the special cases without visiting every example.
    enum Formula: Sendable {
        case confusion(@Sendable (ConfusionMatrix) -> Double)
        case probabilities(@Sendable (ProbabilityMetrics) -> Double)
        /// The mean over the examples of a value per example.
        case meanOverExamples(@Sendable (ProbabilityMetrics) -> Double)
        case areaUnderROC
        case predictions(@Sendable (Predictions) -> Double)
        /// Of the values of a regression.
        case numbers(@Sendable (RegressionMetrics) -> Double)
        /// Of several labels.
        case labels(@Sendable (LabelMetrics) -> Double)
        /// Of a classification whose examples have votes of annotators.
        case votes(@Sendable (Predictions) -> Double)
        /// The sum over the examples of the first number of each, divided by that of the second.
        case ratio(Predictions.Task, @Sendable (Predictions, Int) -> (Double, Double))
    }

    /// The task whose predictions have the metric.
    public var task: Predictions.Task {
        switch formula {
        case .numbers: .regression
        case .labels: .multiLabel
        case .ratio(let task, _): task
        default: .classification
        }
    }

    /// Whether the metric depends on the predicted classes alone, so that it also applies to frames.
    var isOfDecisions: Bool { if case .confusion = formula { true } else { false } }

    /// Whether the metric compares predictions with the votes of annotators.
    public var needsVotes: Bool { if case .votes = formula { true } else { false } }

    /// Returns the metric of one of several targets.
    public func of(target: String) -> Metric {
        var metric = self
        metric.name = "\(target).\(name)"
        metric.target = target
        return metric
    }

    /// Creates a metric.
    ///
    /// - Parameters:
    ///   - name: A name of lowercase letters, digits and underscores.
    ///   - summary: A description in one sentence.
    ///   - higherIsBetter: Whether higher values are better.
    ///   - isProportion: Whether the metric is a proportion from 0 to 1, which is shown in percent.
    ///   - value: Computes the metric. Resampling passes subsets of the examples, in which examples can be repeated. NaN means that the
    ///     metric is undefined for the predictions.
    public init(
        _ name: String, summary: String, higherIsBetter: Bool = true, isProportion: Bool = false,
        value: @escaping @Sendable (Predictions) -> Double
    ) {
        self.init(
            name, summary, higherIsBetter: higherIsBetter, scale: isProportion ? .logit : .identity,
            .predictions(value))
    }

    init(
        _ name: String, _ summary: String, higherIsBetter: Bool = true, scale: MetricScale = .logit,
        isBiased: Bool = false, _ formula: Formula
    ) {
        (self.name, self.summary, self.formula) = (name, summary, formula)
        (self.higherIsBetter, self.isBiased) = (higherIsBetter, isBiased)
        (self.scale, isProportion) = (scale, scale == .logit)
    }

    /// Returns the value of the metric for predictions; of several targets, the mean over those to which it applies.
    public func value(of predictions: Predictions) throws(InputError) -> Double {
        var sum = 0.0
        let own = try predictions.own(self)
        for part in own {
            sum += predictions.parts.isEmpty || !part.ids.isEmpty ? try singleValue(of: part) : .nan
        }
        return own.count == 1 ? sum : sum / Double(own.count)
    }

    /// Returns the value for the predictions of one target.
    func singleValue(of predictions: Predictions) throws(InputError) -> Double {
        switch formula {
        case .confusion(let value): return value(try predictions.confusion())
        case .predictions(let value), .votes(let value): return value(predictions)
        case .numbers(let value):
            return predictions.ids.isEmpty
                ? .nan
                : value(
                    try RegressionMetrics(truths: predictions.trueValues, predictions: predictions.values))
        case .labels(let value):
            return value(
                try LabelMetrics(
                    truths: predictions.references.map { $0.map { $0 >= 0.5 } },
                    probabilities: predictions.probabilities, decisions: predictions.decidedLabels))
        case .ratio(_, let value):
            let sums = predictions.ids.indices.reduce((0.0, 0.0)) { sums, row in
                let own = value(predictions, row)
                return (sums.0 + own.0, sums.1 + own.1)
            }
            return sums.1 > 0 ? sums.0 / sums.1 : .nan
        case .probabilities, .meanOverExamples, .areaUnderROC:
            let soft = try ProbabilityMetrics(
                probabilities: predictions.probabilities, truths: predictions.truths,
                classes: predictions.classes.count)
            return value(of: soft)
        }
    }

    /// Returns the value of a metric of probabilities.
    func value(of soft: ProbabilityMetrics) -> Double {
        switch formula {
        case .probabilities(let value), .meanOverExamples(let value): value(soft)
        case .areaUnderROC: soft.areaUnderROC ?? .nan
        case .confusion, .predictions, .numbers, .labels, .votes, .ratio: .nan
        }
    }

    /// Names the scales on which intervals of metrics are computed, such as "on the logit scale"; of several metrics with
    /// the kind of metric that each scale is for. Empty if all are computed on the scale of the metric itself.
    package static func scaleWords(of names: [String]) -> String {
        let names = Set(names)
        let scales = Set(names.compactMap { Metric(rawValue: $0)?.scale })
        let parts = MetricScale.allCases.filter(scales.contains).compactMap(\.words).map { words in
            "the \(words.scale) scale" + (names.count == 1 ? "" : " for \(words.metrics)")
        }
        guard let last = parts.last else { return "" }
        return "on "
            + (parts.count == 1 ? last : parts.dropLast().joined(separator: ", ") + " and " + last)
    }

    /// Returns whether the metric with this name is a proportion. Losses, for example, are not.
    public static func isProportion(_ name: String) -> Bool { Metric(rawValue: name)?.isProportion ?? false }
}

extension Metric {
    /// The proportion of correct predictions.
    public static let accuracy = Metric(
        "accuracy", "Proportion of correct predictions.", .confusion { $0.accuracy })
    /// The unweighted average recall (UAR): the mean of the recalls of the classes.
    public static let uar = Metric(
        "uar", "Unweighted average recall: the mean of the recalls of the classes.",
        .confusion { $0.balancedAccuracy })
    /// The mean of the F1 scores of the classes.
    public static let macroF1 = Metric(
        "macro_f1", "Mean of the F1 scores of the classes.", .confusion { $0.macro($0.f1Scores) })
    /// The mean of the F1 scores of the classes, weighted by their examples.
    public static let weightedF1 = Metric(
        "weighted_f1", "Mean of the F1 scores of the classes, weighted by their examples.",
        .confusion { $0.weighted($0.f1Scores) })
    /// The mean of the precisions of the classes.
    public static let macroPrecision = Metric(
        "macro_precision", "Mean of the precisions of the classes.", .confusion { $0.macro($0.precisions) })
    /// Cohen's kappa.
    public static let kappa = Metric(
        "kappa", "Cohen's kappa: agreement with the true classes beyond chance.", scale: .inverseTangent,
        .confusion { $0.kappa() })
    /// The Matthews correlation coefficient.
    public static let matthews = Metric(
        "matthews", "Matthews correlation coefficient.", scale: .inverseTangent, .confusion { $0.matthews })
    /// The top-2 accuracy.
    public static let top2 = Metric(
        "top2_accuracy", "Proportion of examples whose true class is among the two most probable.",
        .meanOverExamples { $0.topAccuracy(2) })
    /// The top-3 accuracy.
    public static let top3 = Metric(
        "top3_accuracy", "Proportion of examples whose true class is among the three most probable.",
        .meanOverExamples { $0.topAccuracy(3) })
    /// The log loss.
    public static let logLoss = Metric(
        "log_loss", "Mean of -log p(true class).", higherIsBetter: false, scale: .logarithm,
        .meanOverExamples { $0.logLoss })
    /// The Brier score.
    public static let brier = Metric(
        "brier", "Mean squared distance between the probabilities and the one-hot true class.",
        higherIsBetter: false, scale: .logarithm, .meanOverExamples { $0.brier })
    /// The expected calibration error with 15 bins. It has no interval: sampling errors of the bins add up instead of
    /// canceling, so that small samples overestimate the error of a well-calibrated model (Kumar et al. 2019).
    public static let calibrationError = Metric(
        "ece", "Expected calibration error with 15 bins.", higherIsBetter: false, isBiased: true,
        .probabilities { $0.calibrationError(bins: 15) })
    /// The macro-averaged one-vs-rest area under the ROC curve.
    public static let auc = Metric(
        "auc", "Macro-averaged one-vs-rest area under the ROC curve.",
        .areaUnderROC)

    /// The recall of the class with this index; NaN without examples of the class. Configs cannot name it.
    public static func recall(ofClass index: Int) -> Metric {
        Metric(
            "recall(\(index))", "Recall of one class.",
            .confusion { $0.supports[index] > 0 ? $0.recalls[index] : .nan })
    }

    /// The F1 score of the class with this index; NaN without examples or predictions of the class. Configs cannot name it.
    public static func f1(ofClass index: Int) -> Metric {
        Metric(
            "f1(\(index))", "F1 score of one class.",
            .confusion { $0.supports[index] + $0.predicted[index] > 0 ? $0.f1Scores[index] : .nan })
    }

    private static let builtIn =
        [
            accuracy, uar, macroF1, weightedF1, macroPrecision, kappa, matthews, top2, top3, logLoss, brier,
            calibrationError, auc,
        ] + ofOrder + ofNumbers + ofLabels + ofVotes + ofSequences + [segmentF1]

    /// Names that results and logs use for other values.
    private static let reserved: Set = ["loss", "objective"]

    /// Adds a custom metric: configs can name it, and schema, checks, results and error messages include it.
    ///
    /// Registering the same metric again has no effect. The name must not belong to another metric.
    public static func register(_ metric: Metric) {
        let name = metric.name
        precondition(
            !name.isEmpty
                && name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789_".utf8.contains($0) },
            "Metric.register: \"\(name)\" is not a name of lowercase letters, digits and underscores")
        precondition(!reserved.contains(name), "Metric.register: the name \"\(name)\" is reserved")
        registered.withLock { custom in
            let taken = (builtIn + custom).first { $0.name == name }
            precondition(
                taken == nil || !builtIn.contains(metric) && taken?.summary == metric.summary,
                "Metric.register: the name \"\(name)\" already belongs to another metric")
            if taken == nil { custom.append(metric) }
        }
    }
}

/// The metrics that programs have added.
private let registered = Mutex<[Metric]>([])

extension Metric: RawRepresentable, CaseIterable, Hashable, ConfigurationValue {
    /// Finds the metric with the given name. Returns nil if there is none.
    public init?(rawValue: String) {
        if let found = Self.allCases.first(where: { $0.name == rawValue }) {
            self = found
            return
        }
        guard let dot = rawValue.lastIndex(of: "."), dot > rawValue.startIndex,
            let found = Self.allCases.first(where: { $0.name == rawValue[rawValue.index(after: dot)...] })
        else { return nil }
        self = found.of(target: String(rawValue[..<dot]))
    }

    /// The name.
    public var rawValue: String { name }

    /// All metrics that a config can name: the built-in ones, then the registered ones in the order of registration.
    public static var allCases: [Metric] { builtIn + registered.withLock { $0 } }
}
