import Autograd
import Configuration
import Synchronization

/// A fully connected layer: y = activation(x W + b) along the last axis.
public final class Dense: Absorbing {
    /// The options: [..., features] to [..., units].
    public struct Spec: LayerSpec, HasAffineOptions {
        public var units: Units = 1
        public var affine = AffineOptions()

        public static let type = "dense"
        public static let summary = "Fully connected (dense) layer along the last axis."
        public static let fields: [Field<Self>] =
            [
                .init(
                    "units", \.units,
                    "Number of outputs, \"classes\" for the number of classes in the data, or \"targets\" for the outputs of all targets (\"targets:NAME\" for one).",
                    .required, .atLeast(1))
            ] + group(\.affine)

        public init() {}
        /// Creates the options with Keras' defaults: bias, Glorot uniform weights, no penalty.
        public init(_ units: Int, activation: Activation = .none) {
            self.units = .number(units)
            affine.activation = activation
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard let inputs = input.last else { throw needs("..., features", input) }
            let units = try units.known(Self.type)
            let output = Array(input.dropLast()) + [units]
            return LayerPlan(
                output: output, parameters: product(inputs + (affine.bias ? 1 : 0), units),
                multiplyAdds: product(output + [inputs]))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return Dense(self, inputs: input[input.count - 1], generator)
        }
    }

    private let options: Spec
    /// [in, out]
    public let weight: Parameter
    /// [out]
    public let bias: Parameter?
    private let change = Mutex<LowRankUpdate?>(nil)
    private let quantized = Mutex<QuantizedMatrix?>(nil)

    public var spec: any LayerSpec { options }
    public var members: [Member] {
        weightAndBias(quantizedWeight == nil ? weight : nil, bias)
            + (lowRankUpdate.map { [.layer("lora", $0)] } ?? [])
    }
    public var penalties: [Penalty] { [Penalty(weight, l1: options.l1, l2: options.l2)] }

    /// Creates a layer for vectors of length `inputs`, with weights drawn from `generator`.
    public init(_ spec: Spec, inputs: Int, _ generator: RandomGenerator) {
        options = spec
        (weight, bias) = spec.affine.weights(
            [inputs, spec.units.value], fanIn: inputs, fanOut: spec.units.value, generator)
    }

    /// Creates a layer with Glorot uniform weights.
    ///
    /// - Parameters:
    ///   - units: The number of outputs.
    ///   - activation: The activation of the outputs.
    ///   - bias: Whether to add a bias.
    ///   - inputs: The number of inputs.
    ///   - generator: The source of the initial weights; each layer draws its own seed from it.
    public convenience init(
        units: Int, activation: Activation = .none, bias: Bool = true, inputs: Int, generator: RandomGenerator
    ) {
        var spec = Spec(units, activation: activation)
        spec.affine.bias = bias
        self.init(spec, inputs: inputs, generator.forLayer())
    }

    /// A low-rank change of the weights, which is trained instead of them; nil for none.
    package var lowRankUpdate: LowRankUpdate? {
        get { change.withLock { $0 } }
        set { change.withLock { $0 = newValue } }
    }

    /// The weight in 8 bits after `quantize`.
    private var quantizedWeight: QuantizedMatrix? { quantized.withLock { $0 } }

    /// Replaces the weight by 8-bit weights, for inference.
    package func quantize() { quantized.withLock { weight.quantize(to: &$0) } }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        forward(x, pass, followedBy: []).signal
    }

    func forward(_ x: Signal, _ pass: Pass, followedBy rest: ArraySlice<any Layer>) -> (
        signal: Signal, taken: Int
    ) {
        let x = x.cleaned
        if let weight = quantizedWeight {
            let isGELU = options.activation == .gelu
            let y = weight.linear(x.tensor, bias: bias?.tensor, gelu: isGELU)
            return (x.with(isGELU ? y : options.activation(y)), 0)
        }
        if let update = lowRankUpdate {
            let y = linear(x.tensor, weight.tensor, bias: bias?.tensor) + update.forward(x, pass).tensor
            return (x.with(options.activation(y)), 0)
        }
        let ending = Ending(options.activation, rest, pass)
        let y = linear(
            x.tensor, weight.tensor, bias: bias?.tensor, activation: ending.activation.fused,
            norm: ending.norm)
        return (x.with(ending.finish(y)), ending.taken)
    }
}
