import Autograd
import Configuration

/// A convolution of each channel by itself, then one of size 1 over all channels.
public enum SeparableConvolution {
    /// The options: [time, channels] to [windows, filters] (Keras' SeparableConv1D).
    public struct Spec1D: SeparableSpec {
        /// What works on each channel by itself, then on all.
        public typealias Plain = Conv1D.Spec

        public var convolution = ConvolutionOptions<Int>()
        public var multiplier = 1

        public init() {}

        public static let type = "separable_conv1d"
        public static let summary =
            "A convolution of each channel over the steps, then one over all channels."
        public static let fields: [Field<Self>] = separableFields
    }

    /// The options: [height, width, channels] to [rows, columns, filters] (Keras' SeparableConv2D).
    public struct Spec2D: SeparableSpec {
        /// What works on each channel by itself, then on all.
        public typealias Plain = Conv2D.Spec

        public var convolution = ConvolutionOptions<Sides>()
        public var multiplier = 1

        public init() {}

        public static let type = "separable_conv2d"
        public static let summary = "A convolution of each channel of a picture, then one over all channels."
        public static let fields: [Field<Self>] = separableFields
    }
}

/// What both share.
public protocol SeparableSpec: ConvolutionSpec, BlockSpec where Size == Plain.Size {
    /// The convolution that it is made of.
    associatedtype Plain: GroupedConvolutionSpec
    /// How many windows each channel has (Keras' depth_multiplier).
    var multiplier: Int { get set }
}

extension SeparableSpec {
    static var separableFields: [Field<Self>] {
        group(\.convolution) + [
            .init("depth_multiplier", \.multiplier, "How many windows each channel has.", .atLeast(1))
        ]
    }

    public func blueprint(_ input: [Int]) throws(ShapeProblem) -> any LayerSpec {
        try checkAxes(input)
        let channels = input[input.count - 1]
        var (depthwise, pointwise) = (Plain(), Plain())
        (depthwise.convolution, depthwise.groups) = (convolution, channels)
        (depthwise.filters, depthwise.bias) = (product(channels, multiplier), false)
        depthwise.activation = .none
        pointwise.filters = convolution.filters
        (pointwise.kernel, pointwise.convolution.sum) = (Size(1), convolution.sum)
        return Chain.Spec(["depthwise": depthwise, "pointwise": pointwise])
    }
}
