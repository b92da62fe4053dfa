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
