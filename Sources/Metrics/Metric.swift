/// A metric of predictions, by its name in configs and logs.
public enum Metric: String, Sendable, CaseIterable {
    case accuracy
    /// Unweighted average recall (UAR): the mean of the recalls of the classes.
    case uar
    case macroF1 = "macro_f1"
    case weightedF1 = "weighted_f1"
    case macroPrecision = "macro_precision"
    case kappa
    case matthews
    case top2 = "top2_accuracy"
    case top3 = "top3_accuracy"
    case logLoss = "log_loss"
    case brier
    /// Expected calibration error with 15 bins.
    case calibrationError = "ece"
    case auc

    /// Whether the metric needs predicted probabilities rather than classes.
    public var needsProbabilities: Bool {
        switch self {
        case .top2, .top3, .logLoss, .brier, .calibrationError, .auc: true
        default: false
        }
    }

    /// Whether the metric is a proportion, usually given in percent.
    public var isShare: Bool {
        switch self {
        case .kappa, .matthews, .logLoss, .brier: false
        default: true
        }
    }

    /// Returns whether the metric with this name is a proportion. Losses, for example, are not.
    public static func isShare(_ name: String) -> Bool { Metric(rawValue: name)?.isShare ?? false }

    /// Returns the value of the metric for predictions.
    public func value(_ matrix: ConfusionMatrix, _ soft: ProbabilityMetrics) -> Double {
        switch self {
        case .accuracy: matrix.accuracy
        case .uar: matrix.balancedAccuracy
        case .macroF1: matrix.macro(matrix.f1Scores)
        case .weightedF1: matrix.weighted(matrix.f1Scores)
        case .macroPrecision: matrix.macro(matrix.precisions)
        case .kappa: matrix.kappa()
        case .matthews: matrix.matthews
        case .top2: soft.topAccuracy(2)
        case .top3: soft.topAccuracy(3)
        case .logLoss: soft.logLoss
        case .brier: soft.brier
        case .calibrationError: soft.calibrationError(bins: 15)
        case .auc: soft.areaUnderROC ?? .nan
        }
    }
}
