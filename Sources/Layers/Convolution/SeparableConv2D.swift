import Configuration

/// A depthwise convolution followed by a pointwise one.
public typealias SeparableConv2D = Block<SeparableConv2DSpec>

/// The options of `SeparableConv2D` (Keras' layer of that name): [height, width, channels] to [rows, columns, filters].
public struct SeparableConv2DSpec: SeparableSpec {
    /// The convolution that is used depthwise, then pointwise.
    public typealias Plain = Conv2D.Spec

    public var convolution = ConvolutionOptions<Sides>()
    public var depthMultiplier = 1

    public init() {}

    public static let type = "separable_conv2d"
    public static let summary = "Depthwise separable 2D convolution."
    public static let fields: [Field<Self>] = separableFields
}
