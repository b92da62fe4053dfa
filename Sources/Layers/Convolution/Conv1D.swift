import Autograd
import Configuration
import Synchronization

/// A 1D convolution over the steps of a sequence.
public final class Conv1D: ConvolutionLayer {
    /// The options: [time, channels] to [steps, filters].
    public struct Spec: GroupedConvolutionSpec {
        public var convolution = ConvolutionOptions<Int>()
        public var groups = 1

        public static let type = "conv1d"
        public static let summary = "1D convolution over the steps of a sequence."
        public static let fields: [Field<Self>] = groupedFields

        public init() {}
        /// Creates the options with stride 1 and padding "same", which keeps the number of steps.
        public init(_ filters: Int, kernel: Int, activation: Activation = .none) {
            (self.filters, self.kernel, self.activation) = (filters, kernel, activation)
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return Conv1D(self, inputs: input[1], generator)
        }
    }

    let options: Spec
    /// [kernel, channels / groups, filters]
    public let weight: Parameter
    /// [filters]
    public let bias: Parameter?
    private let quantized = Mutex<QuantizedMatrix?>(nil)

    public var members: [Member] { weightAndBias(quantizedWeight == nil ? weight : nil, bias) }

    /// Creates a layer for inputs of shape [time, inputs], with weights drawn from `generator`.
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
        filters: Int, kernelSize: Int, stride: Int = 1, dilation: Int = 1, padding: PaddingRule = .same,
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

    /// The weight in 8 bits after `quantize`.
    private var quantizedWeight: QuantizedMatrix? { quantized.withLock { $0 } }

    /// Replaces the weight by 8-bit weights, for inference. The convolution must have neither padding nor dilation nor groups.
    package func quantize() {
        require(
            options.padding == .valid && options.dilation == 1 && options.groups == 1,
            "Conv1D.quantize: expected no padding, dilation and groups")
        quantized.withLock { weight.quantize(to: &$0) }
    }

    func convolved(_ x: Tensor, _ padding: Padding, _ ending: Ending) -> Tensor {
        if let weight = quantizedWeight {
            require(ending.norm == nil, "Conv1D: 8-bit weights before a batch normalization")
            let y = weight.conv1d(x, bias: bias?.tensor, stride: options.stride)
            return ending.activation == .relu ? y.relu() : y
        }
        return conv1d(
            x, weight.tensor, bias: bias?.tensor, stride: options.stride, dilation: options.dilation,
            groups: options.groups, padding: padding, activation: ending.activation.fused, norm: ending.norm)
    }
}
