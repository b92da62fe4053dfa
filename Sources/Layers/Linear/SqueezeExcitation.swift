import Autograd
import Configuration

/// Squeeze-and-excitation: scales each channel by a weight computed from the averages of all channels (Hu et al. 2018).
public final class SqueezeExcitation: Layer {
    /// The options: [time, channels] or [height, width, channels]; the shape is kept.
    public struct Spec: LayerSpec {
        public var units: Units?
        public var activation = Activation.relu
        public var gate = Activation.sigmoid
        public var kernelInitializer = Initializer.glorotUniform

        public static let type = "squeeze_excitation"
        public static let summary =
            "Squeeze-and-excitation: scales each channel by a weight computed from the averages of all channels."
        public static let fields: [Field<Self>] = [
            .init(
                "units", \.units, "Size of the hidden layer; `null` uses a sixteenth of the channels.",
                .atLeast(1)),
            .init("activation", \.activation, "Activation of the hidden layer."),
            .init("gate", \.gate, "Activation that gives the channel weights."),
            .init("kernel_initializer", \.kernelInitializer, "Initializer of the weights."),
        ]

        public init() {}
        /// Creates the options with a hidden layer of `units` units and a sigmoid gate.
        public init(_ units: Int, activation: Activation = .relu) {
            (self.units, self.activation) = (.number(units), activation)
        }

        func width(_ channels: Int) -> Int { units?.value ?? max(1, channels / 16) }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            let pooled = try GlobalPool.Spec(.average).plan(input)
            let channels = pooled.output[0]
            _ = try units?.known(Self.type)
            let width = width(channels)
            return LayerPlan(
                output: input, parameters: product(2, channels, width) + channels + product(width),
                multiplyAdds: product(2, channels, width) + product(input + [2]))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return SqueezeExcitation(self, channels: input[input.count - 1], generator)
        }
    }

    private let options: Spec
    private let squeeze: Dense, excite: Dense

    public var spec: any LayerSpec { options }
    public var members: [Member] { [.layer("fc1", squeeze), .layer("fc2", excite)] }

    /// Creates a layer with weights drawn from `generator`.
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

    /// Creates a layer for `channels` channels with a hidden layer of `units` units.
    ///
    /// - Parameter generator: The source of the initial weights; each layer draws its own seed from it.
    public convenience init(units: Int, channels: Int, generator: RandomGenerator) {
        self.init(Spec(units), channels: channels, generator.forLayer())
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
