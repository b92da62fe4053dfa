import Autograd
import Configuration

/// The inverted bottleneck of MobileNet and EfficientNet: expansion, depthwise convolution, squeeze-and-excitation and
/// projection, with a residual connection if the shape is kept. Parameters have torchvision's names:
/// "block.0.0.weight".
public typealias MBConv = Block<MBConvSpec>

/// The options of `MBConv`: [height, width, channels] to [height / stride, width / stride, filters], rounded up if the
/// kernel size is odd.
public struct MBConvSpec: BlockSpec {
    public var filters = 1
    public var kernel = 3
    public var stride = 1
    public var expansion = 6
    public var dropPath = 0.0
    public var momentum = 0.9
    public var epsilon = 1e-5

    public init() {}

    public static let type = "mbconv"
    public static let summary =
        "Inverted bottleneck: expansion, depthwise convolution, squeeze-and-excitation, projection."
    public static let fields: [Field<Self>] = [
        .init("filters", \.filters, "Number of output channels.", .required, .atLeast(1)),
        .init("kernel_size", \.kernel, "Height and width of the kernel.", .atLeast(1)),
        .init("stride", \.stride, "Stride of the depthwise convolution.", .atLeast(1)),
        .init("expansion", \.expansion, "Expansion factor of the channels.", .atLeast(1)),
        .init(
            "drop_path", \.dropPath,
            "Stochastic depth: probability that an example skips the block in training.",
            .range(0..<1)
        ),
        .init(
            "momentum", \.momentum, "Momentum of the running statistics of batch normalization.",
            .range(0...1)),
        .init("epsilon", \.epsilon, "Epsilon of batch normalization.", .range(1e-12...1)),
    ]

    public func blueprint(_ input: [Int]) throws(LayerError) -> any LayerSpec {
        guard input.count == 3 else { throw needs("height, width, channels", input) }
        let channels = input[2]
        let inside = expansion == 1 ? channels : wholeEights(Double(product(channels, expansion)))
        var layers: [any LayerSpec] = []
        if inside != channels { layers.append(unit(inside)) }
        layers.append(unit(inside, kernel: kernel, stride: stride, groups: inside))
        var squeeze = SqueezeExcitation.Spec(max(1, channels / 4), activation: .silu)
        squeeze.kernelInitializer = .heNormalOut
        layers.append(squeeze)
        layers.append(unit(filters, activation: nil))
        guard stride == 1 && filters == channels else {
            return Chain.Spec(["block": Sequential.Spec(layers)])
        }
        var residual = Residual.Spec(layers, dropPath: dropPath)
        residual.bodyName = "block"
        return residual
    }

    private func unit(
        _ filters: Int, kernel: Int = 1, stride: Int = 1, groups: Int = 1, activation: Activation? = .silu
    ) -> any LayerSpec {
        convolutionUnit(
            filters, kernel: kernel, stride: stride, groups: groups, activation: activation,
            momentum: momentum, epsilon: epsilon)
    }
}

/// Returns a convolution without bias, followed by batch normalization as in PyTorch and an activation.
func convolutionUnit(
    _ filters: Int, kernel: Int = 1, stride: Int = 1, groups: Int = 1, activation: Activation?,
    momentum: Double,
    epsilon: Double
) -> any LayerSpec {
    var convolution = Conv2D.Spec(filters, kernel: kernel, stride: stride, groups: groups, bias: false)
    convolution.padding = .symmetric
    convolution.kernelInitializer = .heNormalOut
    var norm = BatchNorm.Spec()
    (norm.momentum, norm.epsilon, norm.unbiased) = (momentum, epsilon, true)
    return Sequential.Spec([convolution, norm] + (activation.map { [ActivationLayer.Spec($0)] } ?? []))
}

/// Returns the nearest multiple of 8, at least 8 and at least 90% of `channels`.
func wholeEights(_ channels: Double) -> Int {
    let nearest = max(8, Int(channels + 4) / 8 * 8)
    return Double(nearest) < 0.9 * channels ? nearest + 8 : nearest
}
