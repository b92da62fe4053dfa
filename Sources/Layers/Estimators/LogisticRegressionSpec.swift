import Autograd
import Classical
import Configuration

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
