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

/// Scaling to a range as a layer.
public struct MinMaxScalerSpec: StepSpec {
    public var options = MinMaxScalerOptions()

    public static let type = "min_max_scaler"
    public static let summary =
        "Scales each feature to a range over the training set (scikit-learn's MinMaxScaler)."
    public static let fields: [Field<Self>] = [
        .init("feature_range", \.options.featureRange.setting, "The range over the training set."),
        .init("clip", \.options.clip, "Whether to clip values outside the range."),
    ]

    public init() {}
}
