import Autograd
import Configuration

/// y = x W + b for the vectors along the last axis, then an activation.
public final class Dense: Layer {
    public struct Spec: LayerSpec {
        public var units = 1
        public var activation = Activation.none
        public var bias = true
        public var kernelInitializer = Initializer.glorotUniform
        public var biasInitializer = Initializer.zeros
        public var l1 = 0.0
        public var l2 = 0.0

        public static let type = "dense"
        public static let summary = "A weighted sum of the last axis for each unit."
        public static let fields: [Field<Self>] = [
            .init("units", \.units, "How many outputs.", .required, .atLeast(1)),
            .init("activation", \.activation, "Applied to the sums."),
            .init("bias", \.bias, "Whether a trained number is added to each sum."),
            .init("kernel_initializer", \.kernelInitializer, "How the weights begin."),
            .init("bias_initializer", \.biasInitializer, "How the biases begin."),
            .init("l1", \.l1, "Penalty on the size of the weights, added to the loss.", .atLeast(0)),
            .init("l2", \.l2, "Penalty on the squares of the weights, added to the loss.", .atLeast(0)),
        ]

        public init() {}
        public init(_ units: Int, activation: Activation = .none) {
            self.units = units
            self.activation = activation
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard let inputs = input.last else { throw needs("..., features", input) }
            let output = Array(input.dropLast()) + [units]
            return LayerPlan(
                output: output, parameters: (inputs + (bias ? 1 : 0)) * units,
                multiplyAdds: inputs * output.reduce(1, *))
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
    public var members: [Member] {
        [.parameter("weight", weight)] + (bias.map { [.parameter("bias", $0)] } ?? [])
    }
    public var penalties: [Penalty] { [Penalty(weight, l1: options.l1, l2: options.l2)] }

    public init(_ spec: Spec, inputs: Int, _ generator: RandomGenerator) {
        options = spec
        weight = Parameter(
            spec.kernelInitializer.make(
                [inputs, spec.units], fanIn: inputs, fanOut: spec.units, generator.split("weight")))
        bias =
            spec.bias
            ? Parameter(
                spec.biasInitializer.make(
                    [spec.units], fanIn: inputs, fanOut: spec.units, generator.split("bias")))
            : nil
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let y = linear(x.tensor, weight.tensor, bias: bias?.tensor, activation: options.activation.fused)
        return x.with(options.activation.afterFused(y))
    }
}
