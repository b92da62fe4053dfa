import Autograd
import Classical
import Configuration

/// A linear support vector classifier as a layer.
public struct LinearSVCSpec: ClassifierSpec {
    public var units = Units.classes
    public var options = LinearSVCOptions()

    public static let type = "linear_svc"
    public static let summary =
        "Linear support vector classifier, one-vs-rest (liblinear's and scikit-learn's LinearSVC). Its outputs are decision values, whose softmax is not a calibrated probability."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init("C", \.options.C, "Inverse of the regularization strength.", .above(0)),
        .init("fit_intercept", \.options.fitIntercept, "Whether to fit an intercept."),
        .init(
            "intercept_scaling", \.options.interceptScaling,
            "Value of the constant feature that represents the intercept, which is regularized.", .above(0)),
        .init("tol", \.options.tol, "Tolerance of the solution.", .above(0)),
        .init("max_iter", \.options.maxIter, "Maximum number of iterations.", .atLeast(1)),
        .init("class_weight", \.options.classWeight.setting, BalancedSetting.help),
    ]

    public init() {}

    public var decisionValues: String? {
        "linear_svc outputs no probabilities; use the voting rule logits, or logistic_regression"
    }
}

/// Multinomial logistic regression as a layer.
public struct LogisticRegressionSpec: ClassifierSpec {
    /// The penalties.
    public enum Penalty: String, CaseIterable, ConfigurationValue {
        case none, l1, l2
        case elasticNet = "elasticnet"
    }

    public var units = Units.classes
    public var penalty = Penalty.l2
    public var l1Ratio = 0.5
    private var others = LogisticRegressionOptions()

    public static let type = "logistic_regression"
    public static let summary = "Multinomial logistic regression (scikit-learn's objective)."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init("penalty", \.penalty, "Penalty on the weights."),
        .init("C", \.others.C, "Inverse of the regularization strength.", .above(0)),
        .init("l1_ratio", \.l1Ratio, "Fraction of the L1 penalty with \"elasticnet\".", .range(0...1)),
        .init("fit_intercept", \.others.fitIntercept, "Whether to fit an intercept."),
        .init("tol", \.others.tol, "Tolerance of the gradient.", .above(0)),
        .init(
            "max_iter", \.others.maxIter, "Maximum number of iterations; `null` for the solver's default.",
            .atLeast(1)),
        .init("class_weight", \.others.classWeight.setting, BalancedSetting.help),
    ]

    public init() {}

    public var options: LogisticRegressionOptions {
        var options = others
        options.penalty =
            switch penalty {
            case .none: .none
            case .l1: .l1
            case .l2: .l2
            case .elasticNet: .elasticNet(l1Ratio: l1Ratio)
            }
        return options
    }
}

/// A ridge classifier as a layer.
public struct RidgeClassifierSpec: ClassifierSpec {
    public var units = Units.classes
    public var options = RidgeClassifierOptions()

    public static let type = "ridge_classifier"
    public static let summary =
        "Least squares with an L2 penalty on targets of -1 and 1 (scikit-learn's RidgeClassifier)."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init("alpha", \.options.alpha, "Regularization strength.", .atLeast(0)),
        .init("fit_intercept", \.options.fitIntercept, "Whether to fit an intercept."),
        .init("class_weight", \.options.classWeight.setting, BalancedSetting.help),
    ]

    public init() {}

    public var decisionValues: String? {
        "ridge_classifier outputs no probabilities; use the voting rule logits, or logistic_regression"
    }
}

/// Ridge regression as a layer.
public struct RidgeSpec: RegressorSpec {
    public var units = Units.targets(nil)
    public var options = RidgeOptions()

    public static let type = "ridge"
    public static let summary =
        "Ridge regression: least squares with an L2 penalty, one model per regression target (scikit-learn's Ridge). Scale its inputs first."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init("alpha", \.options.alpha, "Regularization strength.", .atLeast(0)),
        .init("fit_intercept", \.options.fitIntercept, "Whether to fit an intercept."),
    ]

    public init() {}
}
