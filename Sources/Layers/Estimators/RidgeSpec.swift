import Autograd
import Classical
import Configuration

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
