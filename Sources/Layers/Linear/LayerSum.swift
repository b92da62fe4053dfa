import Autograd
import Configuration

/// A learned weighted sum of layers: the weights are a softmax, equal at the start (Yang et al. 2021, SUPERB).
public final class LayerSum: Layer {
    /// The options: [..., layers * channels] to [..., channels], with the channels of a layer side by side.
    public struct Spec: LayerSpec {
        public var layers = 13
        public var normalize = false

        public static let type = "layer_sum"
        public static let summary =
            "Learned weighted sum of the concatenated hidden states of an encoder: [..., layers * channels] to [..., channels]."
        public static let fields: [Field<Self>] = [
            .init(
                "layers", \.layers,
                "Number of hidden states in the input. If the features contain all of them, it is the number of encoder layers plus one.",
                .required, .range(1...4096)),
            .init(
                "normalize", \.normalize,
                "Whether each hidden state is first normalized to mean 0 and variance 1 over its channels."),
        ]

        public init() {}
        /// Creates the options.
        public init(layers: Int, normalize: Bool = false) {
            (self.layers, self.normalize) = (layers, normalize)
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard let channels = input.last else { throw needs("..., layers * channels", input) }
            guard channels % layers == 0 else {
                throw LayerError(
                    "layer_sum cannot split \(channels) channels into \(layers) layers of equal size; set \"layers\" to the number of hidden states in the features"
                )
            }
            return LayerPlan(
                output: input.dropLast() + [channels / layers], parameters: layers,
                multiplyAdds: product(input))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return LayerSum(self)
        }
    }

    let options: Spec
    /// The weights before the softmax, [layers].
    public let weight: Parameter

    public var spec: any LayerSpec { options }
    public var members: [Member] { [.parameter("weight", weight)] }

    /// Creates a layer with equal weights.
    public init(_ spec: Spec) {
        options = spec
        weight = Parameter(.zeros([spec.layers]))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let (outer, channels) = (x.tensor.shape.dropLast(), x.tensor.shape[x.tensor.rank - 1])
        var layers = x.tensor.reshaped(outer + [options.layers, channels / options.layers])
        if options.normalize { layers = layerNorm(layers) }
        let weights = weight.tensor.softmax(axis: -1).reshaped([options.layers, 1])
        return x.with((layers * weights).sum(axes: [layers.rank - 2]))
    }
}
