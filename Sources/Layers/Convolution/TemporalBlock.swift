import Autograd
import Configuration

/// A block of a temporal convolutional network: two dilated convolutions with a residual connection (Bai et al. 2018).
public typealias TemporalBlock = Block<TemporalBlockSpec>

/// The options of `TemporalBlock`: [time, channels] to [time, filters].
public struct TemporalBlockSpec: BlockSpec {
    /// The normalization after each convolution.
    public enum Norm: String, CaseIterable, ConfigurationValue { case batch, layer, none }

    public var filters = 1
    public var kernel = 3
    public var dilation = 1
    public var padding = PaddingRule.causal
    public var norm = Norm.batch
    public var activation = Activation.relu
    public var dropout = 0.0
    public var l2 = 0.0

    public init() {}

    public static let type = "temporal_block"
    public static let summary =
        "Temporal convolutional block: two dilated convolutions with a residual connection."
    public static let fields: [Field<Self>] = [
        .init("filters", \.filters, "Number of output channels.", .required, .atLeast(1)),
        .init("kernel_size", \.kernel, "Kernel size in steps.", .atLeast(1)),
        .init("dilation", \.dilation, "Dilation of the kernel.", .atLeast(1)),
        .init("padding", \.padding, PaddingRule.help),
        .init("norm", \.norm, "Normalization after each convolution."),
        .init("activation", \.activation, "Activation after each convolution and after the sum."),
        .init(
            "dropout", \.dropout, "Spatial dropout rate after each convolution.", .range(0..<1)),
        .init("l2", \.l2, "L2 penalty on the weights, added to the loss.", .range(0...1e6)),
    ]

    public var validationIssues: [ValidationIssue] {
        padding == .valid
            ? [ValidationIssue("padding", "must keep the number of steps; use \"causal\" or \"same\"")] : []
    }

    public func blueprint(_ input: [Int]) throws(LayerError) -> any LayerSpec {
        guard input.count == 2 else { throw needs("time, channels", input) }
        var convolution = Conv1D.Spec(filters, kernel: kernel)
        (convolution.dilation, convolution.padding, convolution.l2) = (dilation, padding, l2)
        var half: [any LayerSpec] = [convolution]
        switch norm {
        case .batch: half.append(BatchNorm.Spec())
        case .layer: half.append(LayerNorm.Spec())
        case .none: break
        }
        let drop = SpatialDropout.Spec(dropout)
        half += [ActivationLayer.Spec(activation), drop]
        var residual = Residual.Spec(half + half)
        residual.activation = activation
        return residual
    }
}
