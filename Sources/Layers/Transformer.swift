import Autograd
import Configuration

/// Self-attention, then a small network for each step, each added to its input (Vaswani et al. 2017).
public enum Transformer {
    /// The options: [time, channels] in the same shape; the heads have to divide the channels.
    public struct Spec: BlockSpec {
        public var heads = 4
        public var hidden: Int?
        public var dropout = 0.1
        public var dropPath = 0.0
        public var activation = Activation.gelu
        public var normFirst = true
        public var causal = false

        public init() {}

        public static let type = "transformer"
        public static let summary =
            "Self-attention and a small network for each step, each added to its input."
        public static let fields: [Field<Self>] = [
            .init("num_heads", \.heads, "Heads of the attention.", .atLeast(1)),
            .init(
                "feedforward_units", \.hidden,
                "Size of the network's hidden layer; four times the channels where it is null.",
                .atLeast(1)),
            .init(
                "dropout", \.dropout, "After each part, and of the attention's weights.", .range(0..<1)),
            .init(
                "drop_path", \.dropPath, "Part of the examples that skip a part in training.", .range(0..<1)),
            .init("activation", \.activation, "Of the hidden layer."),
            .init(
                "norm_first", \.normFirst,
                "Whether layers are normalised before each part, or after each sum."),
            .init("causal", \.causal, "Whether a step sees only itself and those before it."),
        ]

        public func blueprint(_ input: [Int]) throws(ShapeProblem) -> any LayerSpec {
            guard input.count == 2 else { throw needs("time, channels", input) }
            let channels = input[1]
            var attention = MultiHeadAttention.Spec(heads: heads, dropout: dropout)
            attention.causal = causal
            let network: [any LayerSpec] = [
                Dense.Spec(hidden ?? 4 * channels, activation: activation), Dropout.Spec(dropout),
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
}

/// A transformer block with a convolution, for speech (Gulati et al. 2020): half a network, self-attention, a
/// convolution, half a network, each added to its input; then a layer norm.
public enum Conformer {
    /// The options: [time, channels] in the same shape; the heads have to divide the channels.
    public struct Spec: BlockSpec {
        public var heads = 4
        public var hidden: Int?
        public var kernel = 31
        public var dropout = 0.1

        public init() {}

        public static let type = "conformer"
        public static let summary =
            "Self-attention and a convolution between two small networks, each added to its input."
        public static let fields: [Field<Self>] = [
            .init("num_heads", \.heads, "Heads of the attention.", .atLeast(1)),
            .init(
                "feedforward_units", \.hidden,
                "Size of the networks' hidden layer; four times the channels where it is null.",
                .atLeast(1)),
            .init("kernel_size", \.kernel, "Steps in the convolution's window.", .atLeast(1)),
            .init(
                "dropout", \.dropout, "After each part, and of the attention's weights.", .range(0..<1)),
        ]

        public func blueprint(_ input: [Int]) throws(ShapeProblem) -> any LayerSpec {
            guard input.count == 2 else { throw needs("time, channels", input) }
            let channels = input[1]
            let network: [any LayerSpec] = [
                LayerNorm.Spec(), Dense.Spec(hidden ?? 4 * channels, activation: .silu),
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
}

/// Two dilated convolutions over the steps, added to their input (Bai et al. 2018).
public enum TemporalBlock {
    /// What normalises after each convolution.
    public enum Norm: String, CaseIterable, ConfigurationValue { case batch, layer, none }

    /// The options: [time, channels] to [time, filters].
    public struct Spec: BlockSpec {
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
        public static let summary = "Two dilated convolutions over the steps, added to their input."
        public static let fields: [Field<Self>] = [
            .init("filters", \.filters, "How many outputs per step.", .required, .atLeast(1)),
            .init("kernel_size", \.kernel, "Steps in the window.", .atLeast(1)),
            .init("dilation", \.dilation, "Steps from one tap of the window to the next.", .atLeast(1)),
            .init("padding", \.padding, "What surrounds the sequence."),
            .init("norm", \.norm, "After each convolution."),
            .init("activation", \.activation, "After each convolution and after the sum."),
            .init(
                "dropout", \.dropout, "Dropout of whole channels after each convolution.", .range(0..<1)),
            .init("l2", \.l2, "Penalty on the squares of the weights, added to the loss.", .range(0...1e6)),
        ]

        public var complaints: [Complaint] {
            padding == .valid
                ? [Complaint("padding", "the block keeps all steps; use \"causal\" or \"same\"")] : []
        }

        public func blueprint(_ input: [Int]) throws(ShapeProblem) -> any LayerSpec {
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
}
