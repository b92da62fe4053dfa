import Autograd
import Classical
import Configuration

/// Robust scaling as a layer.
public struct RobustScalerSpec: StepSpec {
    public var options = RobustScalerOptions()

    public static let type = "robust_scaler"
    public static let summary =
        "Subtracts the median of the training set and divides by a quantile range (scikit-learn's RobustScaler)."
    public static let fields: [Field<Self>] = [
        .init("with_centering", \.options.withCentering, "Whether to subtract the median."),
        .init("with_scaling", \.options.withScaling, "Whether to divide by the quantile range."),
        .init(
            "quantile_range", \.options.quantileRange.setting,
            "Two percentiles whose difference is the scale.", .range(0...100)),
        .init(
            "unit_variance", \.options.unitVariance,
            "Whether to scale so that normally distributed values get variance 1."),
    ]

    public init() {}
}
