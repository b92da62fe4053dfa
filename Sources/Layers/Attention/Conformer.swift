import Autograd
import Configuration

/// A conformer block (Gulati et al. 2020): self-attention and a convolution between two half-step feed-forward networks,
/// each with a residual connection, followed by layer normalization.
public typealias Conformer = Block<ConformerSpec>

/// The options of `Conformer`: [time, channels]; the shape is kept, and the heads must divide the channels.
public struct ConformerSpec: BlockSpec {
    public var heads = 4
    public var feedforwardUnits: Int?
    public var kernel = 31
    public var dropout = 0.1

    public init() {}

    public static let type = "conformer"
    public static let summary =
        "Conformer block: self-attention and a convolution between two feed-forward networks."
    public static let fields: [Field<Self>] = [
        .init("num_heads", \.heads, "Number of attention heads.", .atLeast(1)),
        .init(
            "feedforward_units", \.feedforwardUnits,
            "Hidden size of the feed-forward networks; `null` uses four times the channels.",
            .atLeast(1)),
        .init("kernel_size", \.kernel, "Kernel size of the convolution in steps.", .atLeast(1)),
        .init(
            "dropout", \.dropout, "Dropout rate of all sublayers and of the attention weights.", .range(0..<1)
        ),
    ]

    public func blueprint(_ input: [Int]) throws(LayerError) -> any LayerSpec {
        guard input.count == 2 else { throw needs("time, channels", input) }
        let channels = input[1]
        let network: [any LayerSpec] = [
            LayerNorm.Spec(), Dense.Spec(feedforwardUnits ?? 4 * channels, activation: .silu),
            Dropout.Spec(dropout),
            Dense.Spec(channels), Dropout.Spec(dropout),
        ]
        var depthwise = Conv1D.Spec(channels, kernel: kernel)
        depthwise.groups = channels
        let convolution: [any LayerSpec] = [
            LayerNorm.Spec(), Dense.Spec(2 * channels), GatedLinear.Spec(), depthwise, BatchNorm.Spec(),
            ActivationLayer.Spec(.silu), Dense.Spec(channels), Dropout.Spec(dropout),
        ]
        let attention: [any LayerSpec] = [
            LayerNorm.Spec(), MultiHeadAttention.Spec(heads: heads, dropout: dropout),
            Dropout.Spec(dropout),
        ]
        return Chain.Spec([
            "network1": Residual.Spec(network, scale: 0.5), "attention": Residual.Spec(attention),
            "convolution": Residual.Spec(convolution), "network2": Residual.Spec(network, scale: 0.5),
            "norm": LayerNorm.Spec(),
        ])
    }
}
