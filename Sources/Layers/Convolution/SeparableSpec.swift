import Autograd
import Configuration

/// The common options of the separable convolutions.
public protocol SeparableSpec: ConvolutionSpec, BlockSpec where Size == Plain.Size {
    /// The convolution that is used depthwise, then pointwise.
    associatedtype Plain: GroupedConvolutionSpec
    /// The number of depthwise outputs per channel (Keras' depth_multiplier).
    var depthMultiplier: Int { get set }
}

extension SeparableSpec {
    static var separableFields: [Field<Self>] {
        group(\.convolution) + [
            .init(
                "depth_multiplier", \.depthMultiplier, "Number of depthwise outputs per input channel.",
                .atLeast(1))
        ]
    }

    public func blueprint(_ input: [Int]) throws(LayerError) -> any LayerSpec {
        try checkAxes(input)
        let channels = input[input.count - 1]
        var (depthwise, pointwise) = (Plain(), Plain())
        (depthwise.convolution, depthwise.groups) = (convolution, channels)
        (depthwise.filters, depthwise.bias) = (product(channels, depthMultiplier), false)
        depthwise.activation = .none
        pointwise.filters = convolution.filters
        (pointwise.kernel, pointwise.convolution.affine) = (Size(1), convolution.affine)
        return Chain.Spec(["depthwise": depthwise, "pointwise": pointwise])
    }
}
