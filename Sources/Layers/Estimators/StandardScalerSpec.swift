import Autograd
import Classical
import Configuration

/// Standard scaling as a layer.
public struct StandardScalerSpec: StepSpec {
    public var options = StandardScalerOptions()

    public static let type = "standard_scaler"
    public static let summary =
        "Standardizes each feature to mean 0 and variance 1 over the training set (scikit-learn's StandardScaler)."
    public static let fields: [Field<Self>] = [
        .init("with_mean", \.options.withMean, "Whether to subtract the mean."),
        .init("with_std", \.options.withStd, "Whether to divide by the standard deviation."),
    ]

    public init() {}
}
