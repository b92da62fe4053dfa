import Autograd
import Layers
import Synchronization

/// A transformer layer of an encoder, with layer normalization before or after its sublayers.
final class EncoderBlock: Layer {
    let attention: MultiHeadAttention
    let attentionNorm: LayerNorm, outputNorm: LayerNorm
    let inner: Dense, outer: Dense
    let gate: PositionGate?
    let normFirst: Bool
    private let dropout: Dropout, activationDropout: Dropout
    private let attached = Mutex<(attention: Adapter, output: Adapter)?>(nil)

    /// The adapters of both sublayers; nil for none.
    var adapters: (attention: Adapter, output: Adapter)? { attached.withLock { $0 } }

    var members: [Member] {
        [.layer("attention", attention)] + (gate.map { [.layer("position_gate", $0)] } ?? [])
            + [
                .layer("attention_norm", attentionNorm), .layer("inner", inner), .layer("outer", outer),
                .layer("output_norm", outputNorm),
            ]
            + (adapters.map {
                [.layer("attention_adapter", $0.attention), .layer("output_adapter", $0.output)]
            } ?? [])
    }

    /// Adds adapters to the outputs of both sublayers.
    func attach(_ options: AdapterOptions, _ generator: RandomGenerator) {
        func adapter(_ name: String) -> Adapter {
            Adapter(options, channels: outer.weight.shape[1], generator.split(name))
        }
        let pair = (attention: adapter("attention_adapter"), output: adapter("output_adapter"))
        attached.withLock { $0 = pair }
    }

    init(_ config: EncoderConfig, _ weights: WeightSource) {
        var options = MultiHeadAttention.Spec(heads: config.heads, dropout: config.attentionDropout)
        options.kernelInitializer = weights.initializer
        attention = MultiHeadAttention(options, steps: 0, channels: config.hidden, weights.generator)
        attentionNorm = LayerNorm(epsilon: config.epsilon, channels: config.hidden)
        outputNorm = LayerNorm(epsilon: config.epsilon, channels: config.hidden)
        inner = weights.dense(
            "inner", config.intermediate, inputs: config.hidden, activation: config.activation)
        outer = weights.dense("outer", config.hidden, inputs: config.intermediate)
        gate =
            config.relativePositions == nil
            ? nil : PositionGate(heads: config.heads, channels: config.hidden, weights)
        normFirst = config.normFirst
        dropout = Dropout(config.dropout)
        activationDropout = Dropout(config.activationDropout)
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal { forward(x, pass, positions: nil) }

    /// - Parameter positions: The relative position bias, [heads, query step, key step].
    func forward(_ x: Signal, _ pass: Pass, positions: Tensor?) -> Signal {
        if normFirst {
            let h = x.adding(attend(attentionNorm.forward(x, pass), pass, positions))
            return h.adding(feedForward(outputNorm.forward(h, pass), pass))
        }
        let h = attentionNorm.forward(x.adding(attend(x, pass, positions)), pass)
        return outputNorm.forward(h.adding(feedForward(h, pass)), pass)
    }

    private func attend(_ x: Signal, _ pass: Pass, _ positions: Tensor?) -> Signal {
        let x = x.cleaned
        let bias = positions.map { gate?.applied(to: $0, x.tensor) ?? $0 }
        let y = dropout.forward(attention.attend(x, pass, bias: bias).output, pass)
        return adapters?.attention.forward(y, pass) ?? y
    }

    private func feedForward(_ x: Signal, _ pass: Pass) -> Signal {
        let h = activationDropout.forward(inner.forward(x, pass), pass)
        let y = dropout.forward(outer.forward(h, pass), pass)
        return adapters?.output.forward(y, pass) ?? y
    }
}

extension Signal {
    /// The sum with another signal of the same lengths.
    func adding(_ other: Signal) -> Signal { with(tensor + other.tensor) }
}

extension LayerNorm {
    convenience init(epsilon: Double, channels: Int) {
        var spec = Spec()
        spec.epsilon = epsilon
        self.init(spec, channels: channels)
    }
}
