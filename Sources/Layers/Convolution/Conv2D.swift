import Autograd
import Configuration

/// A 2D convolution over an image, or over the time and frequency axes of a spectrogram.
public final class Conv2D: ConvolutionLayer {
    /// The options: [height, width, channels] to [rows, columns, filters].
    public struct Spec: GroupedConvolutionSpec {
        public var convolution = ConvolutionOptions<Sides>()
        public var groups = 1

        public static let type = "conv2d"
        public static let summary = "2D convolution over an image or spectrogram."
        public static let fields: [Field<Self>] = groupedFields

        public init() {}
        /// Creates the options with a square kernel and padding "same", which keeps height and width at stride 1.
        public init(_ filters: Int, kernel: Int, stride: Int = 1, groups: Int = 1, bias: Bool = true) {
            self.groups = groups
            (self.filters, self.bias) = (filters, bias)
            (self.kernel, self.stride) = (Sides(kernel), Sides(stride))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return Conv2D(self, inputs: input[2], generator)
        }
    }

    let options: Spec
    /// [kernel height, kernel width, channels / groups, filters]
    public let weight: Parameter
    /// [filters]
    public let bias: Parameter?

    /// Creates a layer for inputs of shape [height, width, inputs], with weights drawn from `generator`.
    public init(_ spec: Spec, inputs: Int, _ generator: RandomGenerator) {
        options = spec
        (weight, bias) = spec.weights(inputs, generator)
    }

    /// Creates a layer with Glorot uniform weights.
    ///
    /// - Parameters:
    ///   - filters: The number of output channels.
    ///   - kernelSize: The size of the window.
    ///   - stride: The step from one window to the next.
    ///   - dilation: The spacing between the elements of a window.
    ///   - padding: The padding of the input.
    ///   - groups: The number of groups that the channels are split into.
    ///   - activation: The activation of the outputs.
    ///   - bias: Whether to add a bias.
    ///   - inputs: The number of input channels.
    ///   - generator: The source of the initial weights; each layer draws its own seed from it.
    public convenience init(
        filters: Int, kernelSize: Sides, stride: Sides = 1, dilation: Sides = 1, padding: PaddingRule = .same,
        groups: Int = 1, activation: Activation = .none, bias: Bool = true, inputs: Int,
        generator: RandomGenerator
    ) {
        var spec = Spec()
        spec.groups = groups
        spec.convolution.filters = filters
        (spec.kernel, spec.stride, spec.dilation) = (kernelSize, stride, dilation)
        (spec.padding, spec.activation, spec.bias) = (padding, activation, bias)
        self.init(spec, inputs: inputs, generator.forLayer())
    }

    func convolved(_ x: Tensor, _ padding: Padding, _ ending: Ending) -> Tensor {
        conv2d(
            x, weight.tensor, bias: bias?.tensor, stride: (options.stride.height, options.stride.width),
            dilation: (options.dilation.height, options.dilation.width), groups: options.groups,
            padding: padding, activation: ending.activation.fused, norm: ending.norm)
    }
}
