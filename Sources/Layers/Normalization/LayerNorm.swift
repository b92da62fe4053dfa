import Autograd
import Configuration

/// Layer normalization: normalizes each vector along the last axis, then scales and shifts it.
public final class LayerNorm: Layer {
    /// The options: [..., channels]; the shape is kept.
    public struct Spec: LayerSpec {
        public var epsilon = 1e-5

        public static let type = "layer_norm"
        public static let summary = "Layer normalization along the last axis."
        public static let fields: [Field<Self>] = [
            .init(
                "epsilon", \.epsilon, "Added to the variance (Keras 1e-3, PyTorch 1e-5).", .range(1e-12...1))
        ]

        public init() {}

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard let channels = input.last else { throw needs("..., channels", input) }
            return LayerPlan(output: input, parameters: 2 * channels, multiplyAdds: product(input))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return LayerNorm(self, channels: input[input.count - 1])
        }
    }

    private let options: Spec
    /// The scale and the shift, [channels]: "weight" and "bias" in files.
    public let gamma: Parameter, beta: Parameter

    public var spec: any LayerSpec { options }
    public var members: [Member] { weightAndBias(gamma, beta) }

    /// Creates a layer with scales of 1 and shifts of 0.
    public init(_ spec: Spec = Spec(), channels: Int) {
        options = spec
        gamma = Parameter(.ones([channels]))
        beta = Parameter(.zeros([channels]))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        return x.with(
            layerNorm(x.tensor, gamma: gamma.tensor, beta: beta.tensor, epsilon: Real(options.epsilon)))
    }
}
