import Autograd
import Configuration

/// Attention pooling: the weighted average of the steps of a sequence, with weights computed by a small network.
public final class AdditiveAttention: Layer {
    /// How the score of a step is computed.
    public enum Form: String, CaseIterable, ConfigurationValue {
        /// v . tanh(W h + b) with a hidden layer (Bahdanau et al. 2015).
        case additive
        /// tanh(w . h + b_t): no hidden layer, and one bias per step (a common custom layer in Keras).
        case reduced
    }

    /// The options: [time, channels] to [channels].
    public struct Spec: LayerSpec {
        public var form = Form.additive
        public var gated = false
        public var units: Units?
        public var kernelInitializer = Initializer.glorotUniform

        public static let type = "attention"
        public static let summary = "Attention pooling: weighted average of the steps of a sequence."
        public static let fields: [Field<Self>] = [
            .init(
                "form", \.form,
                "Score of a step h: `additive` is v . tanh(W h + b) (Bahdanau et al. 2015); `reduced` is tanh(w . h + b_t), with one bias per step, a common custom layer in Keras."
            ),
            .init(
                "gated", \.gated,
                "Whether the hidden layer of the additive form is multiplied by a gate, v . (tanh(W h + b) * sigmoid(U h + c)), for multiple-instance learning (Ilse et al. 2018)."
            ),
            .init(
                "units", \.units,
                "Hidden size of the additive form; `null` uses the number of channels.",
                .atLeast(1)),
            .init("kernel_initializer", \.kernelInitializer, "Initializer of the weights."),
        ]

        public init() {}
        /// Creates the options. `units` is the hidden size of the additive form; nil uses the number of channels.
        public init(_ form: Form, units: Int? = nil) {
            (self.form, self.units) = (form, units.map { .number($0) })
        }

        public var validationIssues: [ValidationIssue] {
            [("units", units != nil), ("gated", gated)].filter { form == .reduced && $0.1 }.map {
                ValidationIssue(
                    $0.0, "does not apply to the reduced form, which has no hidden layer; remove it")
            }
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard input.count == 2 else { throw needs("time, channels", input) }
            let (steps, channels) = (input[0], input[1])
            switch form {
            case .additive:
                let width = try units?.known(Self.type) ?? channels
                // The hidden layer and its gate.
                let parts = gated ? 2 : 1
                return LayerPlan(
                    output: [channels], parameters: product(parts * (channels + 1) + 1, width),
                    multiplyAdds: product(
                        steps, product(parts, channels, width) + product(parts, width) + channels),
                    kept: product(steps, product(parts, width) + 1))
            case .reduced:
                return LayerPlan(
                    output: [channels], parameters: channels + steps, multiplyAdds: 2 * steps * channels,
                    kept: 2 * steps)
            }
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return AdditiveAttention(self, steps: input[0], channels: input[1], generator)
        }
    }

    private let options: Spec
    /// [channels, units]; [channels, 1] in the reduced form.
    public let weight: Parameter
    /// [units]; [steps] in the reduced form.
    public let bias: Parameter
    /// [units]; nil in the reduced form.
    public let scorer: Parameter?
    /// The weight U, [channels, units], and the bias c, [units], of the gate; nil without one.
    public let gate: (weight: Parameter, bias: Parameter)?

    public var spec: any LayerSpec { options }
    public var members: [Member] {
        weightAndBias(weight, bias) + (scorer.map { [.parameter("scorer", $0)] } ?? [])
            + (gate.map { [.parameter("gate_weight", $0.weight), .parameter("gate_bias", $0.bias)] } ?? [])
    }

    /// Creates a layer with weights drawn from `generator`. The reduced form accepts sequences of `steps` steps only.
    public init(_ spec: Spec, steps: Int, channels: Int, _ generator: RandomGenerator) {
        options = spec
        let width = spec.form == .additive ? spec.units?.value ?? channels : 1
        func matrix(_ name: String) -> Parameter {
            Parameter(
                spec.kernelInitializer.make(
                    [channels, width], fanIn: channels, fanOut: width, generator.split(name)))
        }
        weight = matrix("weight")
        bias = Parameter(.zeros([spec.form == .additive ? width : steps]))
        scorer =
            spec.form == .additive
            ? Parameter(
                spec.kernelInitializer.make([width], fanIn: width, fanOut: 1, generator.split("scorer")))
            : nil
        gate =
            spec.gated && spec.form == .additive ? (matrix("gate_weight"), Parameter(.zeros([width]))) : nil
    }

    /// Creates an additive attention layer.
    ///
    /// - Parameters:
    ///   - units: The size of the hidden layer that scores a step; nil uses the number of channels.
    ///   - channels: The number of input channels.
    ///   - generator: The source of the initial weights; each layer draws its own seed from it.
    public convenience init(units: Int? = nil, channels: Int, generator: RandomGenerator) {
        self.init(Spec(.additive, units: units), steps: 0, channels: channels, generator.forLayer())
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let (context, weights) = pool(x)
        pass.attention?.note(self, weights)
        return Signal(context)
    }

    /// Returns the pooled vectors, [batch, channels], and the weights of the steps, [batch, time].
    public func pool(_ x: Signal) -> (context: Tensor, weights: Tensor) {
        if let scorer, gate == nil {
            return additiveAttention(
                x.tensor, weight: weight.tensor, bias: bias.tensor, scorer: scorer.tensor, mask: x.mask)
        }
        let (batch, all) = (x.tensor.shape[0], x.tensor.shape[1])
        let x = (gate == nil ? x : x.trimmed).cleaned
        let steps = x.tensor.shape[1]
        var scores: Tensor
        if let scorer, let gate {
            let hidden = linear(x.tensor, weight.tensor, bias: bias.tensor).tanh()
            let opened = linear(x.tensor, gate.weight.tensor, bias: gate.bias.tensor).sigmoid()
            scores = matmul(hidden * opened, scorer.tensor.reshaped([scorer.shape[0], 1]))
                .reshaped([batch, steps])
        } else {
            scores = (linear(x.tensor, weight.tensor).reshaped([batch, steps]) + bias.tensor).tanh()
        }
        if let mask = x.mask { scores = scores.maskedFill(1 - mask, -.infinity) }
        let weights = scores.softmax(axis: 1)
        let context = matmul(weights.reshaped([batch, 1, steps]), x.masked)
        return (
            context.reshaped([batch, x.tensor.shape[2]]), weights.padded(axis: 1, after: all - steps)
        )
    }
}
