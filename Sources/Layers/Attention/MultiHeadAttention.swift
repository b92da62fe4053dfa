import Autograd
import Configuration

/// Multi-head self-attention over the valid steps of a sequence (Vaswani et al. 2017).
public final class MultiHeadAttention: Layer {
    /// The options: [time, channels]; the shape is kept.
    public struct Spec: LayerSpec {
        public var heads = 4
        public var size: Int?
        public var dropout = 0.0
        public var causal = false
        public var bias = true
        public var positionalEncoding: PositionalEncoding.Kind?
        public var kernelInitializer = Initializer.glorotUniform

        public static let type = "multi_head_attention"
        public static let summary =
            "Multi-head self-attention over a sequence."
        public static let fields: [Field<Self>] = [
            .init("num_heads", \.heads, "Number of attention heads.", .atLeast(1)),
            .init(
                "head_size", \.size, "Channels per head; `null` divides the input channels among the heads.",
                .atLeast(1)),
            .init("dropout", \.dropout, "Dropout rate of the attention weights.", .range(0..<1)),
            .init("causal", \.causal, "Whether each step attends only to itself and earlier steps."),
            .init("bias", \.bias, "Whether the query, key, value and output projections have biases."),
            .init(
                "positional_encoding", \.positionalEncoding,
                "Positional encoding that is added to the input; `null` adds none."),
            .init("kernel_initializer", \.kernelInitializer, "Initializer of the weights."),
        ]

        public init() {}
        /// Creates the options. `heads` must divide the number of channels.
        public init(heads: Int, dropout: Double = 0) { (self.heads, self.dropout) = (heads, dropout) }

        fileprivate func width(_ channels: Int) -> Int { product(heads, size ?? channels / heads) }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard input.count == 2 else { throw needs("time, channels", input) }
            let (steps, channels) = (input[0], input[1])
            guard size != nil || channels % heads == 0 else {
                throw LayerError(
                    "multi_head_attention cannot divide \(channels) channels among \(heads) heads; change \"num_heads\" or set \"head_size\""
                )
            }
            let width = width(channels)
            var plan = LayerPlan(
                output: input, parameters: product(4, channels, width) + (bias ? 3 * width + channels : 0),
                multiplyAdds: product(4, steps, channels, width) + product(2, steps, steps, width),
                kept: product(steps, 4 * width + channels) + product(2, heads, steps, steps))
            if let positionalEncoding {
                plan.parameters += try PositionalEncoding.Spec(positionalEncoding).plan(input).parameters
            }
            return plan
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return MultiHeadAttention(self, steps: input[0], channels: input[1], generator)
        }
    }

    let options: Spec
    package let query: Dense, key: Dense, value: Dense, output: Dense
    private let positions: PositionalEncoding?

    public var spec: any LayerSpec { options }
    public var members: [Member] {
        (positions.map { [.layer("positions", $0)] } ?? [])
            + [.layer("query", query), .layer("key", key), .layer("value", value), .layer("output", output)]
    }

    /// Creates a layer with weights drawn from `generator`. `steps` matters only for learned positional encodings.
    public init(_ spec: Spec, steps: Int, channels: Int, _ generator: RandomGenerator) {
        options = spec
        let width = spec.width(channels)
        // PyTorch initializes the query, key and value projections as one matrix.
        let packed = Initializer.uniform((6 / Double(channels + 3 * width)).squareRoot())
        func dense(_ name: String, _ inputs: Int, _ units: Int) -> Dense {
            var dense = Dense.Spec(units)
            dense.bias = spec.bias
            dense.kernelInitializer =
                spec.kernelInitializer == .torch && name != "output" ? packed : spec.kernelInitializer
            return Dense(dense, inputs: inputs, generator.split(name))
        }
        query = dense("query", channels, width)
        key = dense("key", channels, width)
        value = dense("value", channels, width)
        output = dense("output", width, channels)
        positions = spec.positionalEncoding.map {
            PositionalEncoding(
                PositionalEncoding.Spec($0), steps: steps, channels: channels, generator.split("positions"))
        }
    }

    /// Creates a self-attention layer.
    ///
    /// - Parameters:
    ///   - heads: The number of heads, which must divide `channels`.
    ///   - dropout: The dropout rate of the attention weights.
    ///   - channels: The number of input channels.
    ///   - generator: The source of the initial weights; each layer draws its own seed from it.
    public convenience init(heads: Int, dropout: Double = 0, channels: Int, generator: RandomGenerator) {
        self.init(
            Spec(heads: heads, dropout: dropout), steps: 0, channels: channels, generator.forLayer())
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let (output, weights) = attend(x.trimmed, pass)
        pass.attention?.note(self, weights)
        return output.extended(to: x.tensor.shape[1])
    }

    /// Returns the output and the attention weights, [batch, heads, query step, key step].
    ///
    /// - Parameter bias: Added to the scores; broadcast to [batch, heads, query step, key step].
    public func attend(
        _ x: Signal, _ pass: Pass = .inference, bias: Tensor? = nil
    ) -> (output: Signal, weights: Tensor) {
        let x = (positions?.forward(x, pass) ?? x).cleaned
        let (batch, steps, heads) = (x.tensor.shape[0], x.tensor.shape[1], options.heads)
        let size = query.weight.shape[1] / heads
        // [batch, heads, time, size]
        func split(_ dense: Dense) -> Tensor {
            dense(x.tensor, pass).reshaped([batch, steps, heads, size]).permuted([0, 2, 1, 3])
        }
        let scale = 1 / Real(size).squareRoot()
        var scores = matmul(split(query) * scale, split(key), transposeB: true)
        if let bias { scores = scores + bias }
        // Not infinity, so that a sequence without valid steps gets uniform weights instead of NaN.
        if let mask = x.mask { scores = scores.maskedFill((1 - mask).reshaped([batch, 1, 1, steps]), -1e30) }
        if options.causal { scores = scores.maskedFill(Self.future(steps), -1e30) }
        let weights = scores.softmax(axis: -1)
        var used = weights
        if pass.isTraining, let generator = pass.generator {
            used = dropout(used, probability: options.dropout, using: generator)
        }
        let context = matmul(used, split(value)).permuted([0, 2, 1, 3]).reshaped([batch, steps, heads * size])
        return (x.with(output(context, pass)), weights)
    }

    /// Returns the causal mask: 1 where a step (first axis) would attend to a later one.
    private static func future(_ steps: Int) -> Tensor {
        Tensor(shape: [steps, steps]) { p in
            for step in 0..<steps {
                for other in 0..<steps { p[step * steps + other] = other > step ? 1 : 0 }
            }
        }
    }
}
