import Autograd
import Configuration

/// A transformer encoder layer: self-attention and a feed-forward network with residual connections (Vaswani et al.
/// 2017).
public typealias Transformer = Block<TransformerSpec>

/// The options of `Transformer`: [time, channels]; the shape is kept, and the heads must divide the channels.
public struct TransformerSpec: BlockSpec {
    public var heads = 4
    public var feedforwardUnits: Int?
    public var dropout = 0.1
    public var dropPath = 0.0
    public var activation = Activation.gelu
    public var normFirst = true
    public var causal = false

    public init() {}
    /// Creates the options. `heads` must divide the number of channels.
    public init(heads: Int, dropout: Double = 0.1) { (self.heads, self.dropout) = (heads, dropout) }

    public static let type = "transformer"
    public static let summary =
        "Transformer encoder layer: self-attention and a feed-forward network with residual connections."
    public static let fields: [Field<Self>] = [
        .init("num_heads", \.heads, "Number of attention heads.", .atLeast(1)),
        .init(
            "feedforward_units", \.feedforwardUnits,
            "Hidden size of the feed-forward network; `null` uses four times the channels.",
            .atLeast(1)),
        .init(
            "dropout", \.dropout, "Dropout rate of both sublayers and of the attention weights.",
            .range(0..<1)),
        .init(
            "drop_path", \.dropPath,
            "Stochastic depth: probability that an example skips a sublayer in training.",
            .range(0..<1)),
        .init("activation", \.activation, "Activation of the feed-forward network."),
        .init(
            "norm_first", \.normFirst,
            "Whether to apply layer normalization before each sublayer (pre-norm) or after each sum (post-norm)."
        ),
        .init("causal", \.causal, "Whether each step attends only to itself and earlier steps."),
    ]

    public func blueprint(_ input: [Int]) throws(LayerError) -> any LayerSpec {
        guard input.count == 2 else { throw needs("time, channels", input) }
        let channels = input[1]
        var attention = MultiHeadAttention.Spec(heads: heads, dropout: dropout)
        attention.causal = causal
        let network: [any LayerSpec] = [
            Dense.Spec(feedforwardUnits ?? 4 * channels, activation: activation), Dropout.Spec(dropout),
            Dense.Spec(channels), Dropout.Spec(dropout),
        ]
        return Chain.Spec([
            "attention": part([attention, Dropout.Spec(dropout)]), "network": part(network),
        ])
    }

    private func part(_ layers: [any LayerSpec]) -> any LayerSpec {
        let norm = LayerNorm.Spec()
        return normFirst
            ? Residual.Spec([norm] + layers, dropPath: dropPath)
            : Sequential.Spec([Residual.Spec(layers, dropPath: dropPath), norm])
    }
}
