import Configuration

/// A depthwise convolution followed by a pointwise one.
public typealias SeparableConv1D = Block<SeparableConv1DSpec>

/// The options of `SeparableConv1D` (Keras' layer of that name): [time, channels] to [steps, filters].
public struct SeparableConv1DSpec: SeparableSpec {
    /// The convolution that is used depthwise, then pointwise.
    public typealias Plain = Conv1D.Spec

    public var convolution = ConvolutionOptions<Int>()
    public var depthMultiplier = 1

    public init() {}

    public static let type = "separable_conv1d"
    public static let summary =
        "Depthwise separable 1D convolution."
    public static let fields: [Field<Self>] = separableFields
}
