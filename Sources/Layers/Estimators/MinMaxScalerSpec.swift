import Autograd
import Classical
import Configuration

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
