import Autograd
import Configuration

/// A convolution of each channel by itself, then one of size 1 over all channels.
public enum SeparableConvolution {
    public struct Spec1D: BlockSpec {
        public var filters = 1
        public var kernel = 3
        public var stride = 1
        public var dilation = 1
        public var multiplier = 1
        public var padding = PaddingRule.same
        public var activation = Activation.none
        public var bias = true
        public var kernelInitializer = Initializer.glorotUniform
        public var l2 = 0.0

        public init() {}

        public static let type = "separable_conv1d"
        public static let summary =
            "A convolution of each channel over the steps, then one over all channels."
        public static let fields: [Field<Self>] = [
            .init("filters", \.filters, "How many outputs per step.", .required, .atLeast(1)),
            .init("kernel", \.kernel, "Steps in the window.", .atLeast(1)),
            .init("stride", \.stride, "Steps from one window to the next.", .atLeast(1)),
            .init("dilation", \.dilation, "Steps from one tap of the window to the next.", .atLeast(1)),
            .init("multiplier", \.multiplier, "How many windows each channel has.", .atLeast(1)),
            .init("padding", \.padding, "What surrounds the sequence."),
            .init("activation", \.activation, "Applied to the sums."),
            .init("bias", \.bias, "Whether a trained number is added to each sum."),
            .init("kernel_initializer", \.kernelInitializer, "How the weights begin."),
            .init("l2", \.l2, "Penalty on the squares of the weights, added to the loss.", .atLeast(0)),
        ]

        public func blueprint(_ input: [Int]) throws(ShapeProblem) -> any LayerSpec {
            guard input.count == 2 else { throw needs("time, channels", input) }
            var depthwise = Conv1D.Spec(input[1] * multiplier, kernel: kernel)
            (depthwise.stride, depthwise.dilation, depthwise.groups) = (stride, dilation, input[1])
            (depthwise.padding, depthwise.bias, depthwise.l2) = (padding, false, l2)
            var pointwise = Conv1D.Spec(filters, kernel: 1, activation: activation)
            (pointwise.bias, pointwise.l2) = (bias, l2)
            depthwise.kernelInitializer = kernelInitializer
            pointwise.kernelInitializer = kernelInitializer
            return Chain.Spec(["depthwise": depthwise, "pointwise": pointwise])
        }
    }

    public struct Spec2D: BlockSpec {
        public var filters = 1
        public var kernel = Sides(3)
        public var stride = Sides(1)
        public var dilation = Sides(1)
        public var multiplier = 1
        public var padding = PaddingRule.same
        public var activation = Activation.none
        public var bias = true
        public var kernelInitializer = Initializer.glorotUniform
        public var l2 = 0.0

        public init() {}

        public static let type = "separable_conv2d"
        public static let summary = "A convolution of each channel of a picture, then one over all channels."
        public static let fields: [Field<Self>] = [
            .init("filters", \.filters, "How many outputs per place.", .required, .atLeast(1)),
            .init("kernel", \.kernel, "Height and width of the window, or both as one number."),
            .init("stride", \.stride, "From one window to the next."),
            .init("dilation", \.dilation, "From one tap of the window to the next."),
            .init("multiplier", \.multiplier, "How many windows each channel has.", .atLeast(1)),
            .init("padding", \.padding, "What surrounds the picture."),
            .init("activation", \.activation, "Applied to the sums."),
            .init("bias", \.bias, "Whether a trained number is added to each sum."),
            .init("kernel_initializer", \.kernelInitializer, "How the weights begin."),
            .init("l2", \.l2, "Penalty on the squares of the weights, added to the loss.", .atLeast(0)),
        ]

        public func blueprint(_ input: [Int]) throws(ShapeProblem) -> any LayerSpec {
            guard input.count == 3 else { throw needs("height, width, channels", input) }
            var depthwise = Conv2D.Spec(input[2] * multiplier, kernel: 1, groups: input[2], bias: false)
            (depthwise.kernel, depthwise.stride, depthwise.dilation) = (kernel, stride, dilation)
            (depthwise.padding, depthwise.l2) = (padding, l2)
            var pointwise = Conv2D.Spec(filters, kernel: 1, bias: bias)
            (pointwise.activation, pointwise.l2) = (activation, l2)
            depthwise.kernelInitializer = kernelInitializer
            pointwise.kernelInitializer = kernelInitializer
            return Chain.Spec(["depthwise": depthwise, "pointwise": pointwise])
        }
    }
}
