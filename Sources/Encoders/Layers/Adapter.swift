import Autograd
import Configuration
import Layers

/// The options of bottleneck adapters.
public struct AdapterOptions: Options, Equatable {
    /// The size of the bottleneck.
    public var size = 64
    public var activation = Activation.gelu

    public static let summary =
        "Bottleneck adapters (Houlsby et al. 2019): only small networks after the attention and the feed-forward network of each layer are trained."
    public static let fields: [Field<Self>] = [
        .init("size", \.size, "Size of the bottleneck.", .range(1...1 << 16)),
        .init("activation", \.activation, "Activation of the bottleneck."),
    ]

    public init() {}
}

/// A network with a bottleneck whose output is added to its input (Houlsby et al. 2019). A new one returns its input.
final class Adapter: Layer {
    let down: Dense, up: Dense

    var members: [Member] { [.layer("down", down), .layer("up", up)] }

    init(_ options: AdapterOptions, channels: Int, _ generator: RandomGenerator) {
        down = Dense(
            Dense.Spec(options.size, activation: options.activation), inputs: channels,
            generator.split("down"))
        var spec = Dense.Spec(channels)
        spec.kernelInitializer = .zeros
        up = Dense(spec, inputs: options.size, generator.split("up"))
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        x.adding(up.forward(down.forward(x, pass), pass))
    }
}
