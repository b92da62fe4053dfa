import Autograd
import Configuration

/// y = x W + b for the vectors along the last axis, then an activation.
public final class Dense: Absorbing {
    /// The options: [..., features] to [..., units]; each vector along the last axis is treated alike.
    public struct Spec: LayerSpec, WeightedSumOptions {
        public var units: Units = 1
        public var sum = WeightedSum()

        public static let type = "dense"
        public static let summary = "A weighted sum of the last axis for each unit."
        public static let fields: [Field<Self>] =
            [
                .init(
                    "units", \.units, "How many outputs; \"classes\" for one for each class of the data.",
                    .required, .atLeast(1))
            ] + group(\.sum)

        public init() {}
        /// Biases, Glorot's uniform weights and no penalty, as in Keras.
        public init(_ units: Int, activation: Activation = .none) {
            self.units = .number(units)
            sum.activation = activation
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard let inputs = input.last else { throw needs("..., features", input) }
            let units = try units.known(Self.type)
            let output = Array(input.dropLast()) + [units]
            return LayerPlan(
                output: output, parameters: product(inputs + (sum.bias ? 1 : 0), units),
                multiplyAdds: product(output + [inputs]))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return Dense(self, inputs: input[input.count - 1], generator)
        }
    }

    private let options: Spec
    /// [in, out]
    public let weight: Parameter
    /// [out]
    public let bias: Parameter?

    public var spec: any LayerSpec { options }
    public var members: [Member] { weightAndBias(weight, bias) }
    public var penalties: [Penalty] { [Penalty(weight, l1: options.l1, l2: options.l2)] }

    /// A layer with weights that `generator` draws, for vectors of so many `inputs`.
    public init(_ spec: Spec, inputs: Int, _ generator: RandomGenerator) {
        options = spec
        (weight, bias) = spec.sum.weights(
            [inputs, spec.units.value], fanIn: inputs, fanOut: spec.units.value, generator)
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        forward(x, pass, followedBy: []).signal
    }

    func forward(_ x: Signal, _ pass: Pass, followedBy rest: ArraySlice<any Layer>) -> (
        signal: Signal, taken: Int
    ) {
        let ending = Ending(options.activation, rest, pass)
        let x = x.cleaned
        let y = linear(
            x.tensor, weight.tensor, bias: bias?.tensor, activation: ending.activation.fused,
            norm: ending.norm)
        return (x.with(ending.finish(y)), ending.taken)
    }
}
