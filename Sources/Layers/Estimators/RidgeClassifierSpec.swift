import Autograd
import Classical
import Configuration

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
