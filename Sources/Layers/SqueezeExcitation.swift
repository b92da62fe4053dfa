import Autograd
import Configuration

/// Weighs each channel by what a small network makes of the averages of all channels (Hu et al. 2018).
public final class SqueezeExcitation: Layer {
    /// The options: [time, channels] or [height, width, channels] in the same shape.
    public struct Spec: LayerSpec {
        public var units: Units?
        public var activation = Activation.relu
        public var gate = Activation.sigmoid
        public var kernelInitializer = Initializer.glorotUniform

        public static let type = "squeeze_excitation"
        public static let summary =
            "Weighs each channel by what a small network makes of all channels' averages."
        public static let fields: [Field<Self>] = [
            .init(
                "units", \.units, "Size of the hidden layer; a sixteenth of the channels where it is null.",
                .atLeast(1)),
            .init("activation", \.activation, "Of the hidden layer."),
            .init("gate", \.gate, "Makes the weights."),
            .init("kernel_initializer", \.kernelInitializer, "How the weights begin."),
        ]

        public init() {}
        /// A hidden layer of `units`, and weights from a sigmoid.
        public init(_ units: Int, activation: Activation = .relu) {
            (self.units, self.activation) = (.number(units), activation)
        }

        func width(_ channels: Int) -> Int { units?.value ?? max(1, channels / 16) }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            let pooled = try GlobalPool.Spec(.average).plan(input)
            let channels = pooled.output[0]
            _ = try units?.known(Self.type)
            let width = width(channels)
            return LayerPlan(
                output: input, parameters: product(2, channels, width) + channels + product(width),
                multiplyAdds: product(2, channels, width) + product(input + [2]))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return SqueezeExcitation(self, channels: input[input.count - 1], generator)
        }
    }

    private let options: Spec
    private let squeeze: Dense, excite: Dense

    public var spec: any LayerSpec { options }
    public var members: [Member] { [.layer("fc1", squeeze), .layer("fc2", excite)] }

    /// A layer with weights that `generator` draws.
    public init(_ spec: Spec, channels: Int, _ generator: RandomGenerator) {
        options = spec
        var (first, second) = (
            Dense.Spec(spec.width(channels), activation: spec.activation),
            Dense.Spec(channels, activation: spec.gate)
        )
        first.kernelInitializer = spec.kernelInitializer
        second.kernelInitializer = spec.kernelInitializer
        squeeze = Dense(first, inputs: channels, generator.split("fc1"))
        excite = Dense(second, inputs: first.units.value, generator.split("fc2"))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let weights = pass.run(excite, pass.run(squeeze, GlobalPool.Spec(.average).apply(x, pass)))
            .tensor
        let (batch, channels) = (weights.shape[0], weights.shape[1])
        let ones = Array(repeating: 1, count: x.tensor.rank - 2)
        return x.with(x.tensor * weights.reshaped([batch] + ones + [channels]))
    }
}
