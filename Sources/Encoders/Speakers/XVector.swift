import Autograd
import Configuration
import Layers

/// The x-vector network (Snyder et al. 2018): time-delay layers, and a linear layer on the mean and the standard deviation over
/// time. Its weights have the names of SpeechBrain's `Xvector`.
public final class XVector: Layer {
    /// The options: [time, channels] to [units].
    public struct Spec: LayerSpec {
        public var channels = [512, 512, 512, 512, 1500]
        public var kernels = [5, 3, 3, 1, 1]
        public var dilations = [1, 2, 3, 1, 1]
        public var units = 512

        public static let type = "x_vector"
        public static let summary =
            "X-vector speaker encoder (Snyder et al. 2018) with SpeechBrain's weight names: [time, channels] to [units]."
        public static let fields: [Field<Self>] = [
            .init(
                "channels", \.channels, "Number of channels of each time-delay layer.", .notEmpty,
                .range(1...1 << 16)),
            .init(
                "kernel_sizes", \.kernels, "Kernel size of each time-delay layer; odd.", .notEmpty,
                .range(1...999), .check("that are odd") { $0.allSatisfy { $0 % 2 == 1 } }),
            .init(
                "dilations", \.dilations, "Dilation of each time-delay layer.", .notEmpty,
                .range(1...9999)),
            .init("units", \.units, "Size of the embedding.", .range(1...1 << 16)),
        ]

        public init() {}

        public var validationIssues: [ValidationIssue] {
            channels.count == kernels.count && channels.count == dilations.count
                ? []
                : [
                    ValidationIssue(
                        "channels",
                        "found \(channels.count) sizes, \(kernels.count) kernel_sizes and \(dilations.count) dilations; expected equally many"
                    )
                ]
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard input.count == 2, let steps = input.first, steps > 0 else {
                throw LayerError("x_vector expects an input of shape [time, channels], found \(input)")
            }
            var (inputs, weights, values) = (input[1], 0, 0)
            for (filters, kernel) in zip(channels, kernels) {
                weights += TDNNBlock.parameters(filters, kernel: kernel, inputs: inputs)
                values += capped(4 * filters, steps)
                inputs = filters
            }
            let linear = capped(2 * inputs, units) + units
            return LayerPlan(
                output: [units], parameters: weights + linear, buffers: 2 * channels.reduce(0, +),
                multiplyAdds: capped(weights, steps) + linear, kept: values + units)
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return XVector(self, inputs: input[1], generator)
        }
    }

    private let options: Spec
    private let blocks: [TDNNBlock]
    private let linear: Dense

    public var spec: any LayerSpec { options }
    public var members: [Member] {
        blocks.map { .layer("blocks", $0) } + [.layer("blocks.\(3 * blocks.count + 1).w", linear)]
    }

    /// Creates a network for inputs of shape [time, inputs].
    public init(_ spec: Spec, inputs: Int, _ generator: RandomGenerator) {
        options = spec
        var channels = inputs
        blocks = spec.channels.indices.map { index in
            defer { channels = spec.channels[index] }
            return TDNNBlock(
                spec.channels[index], kernel: spec.kernels[index], dilation: spec.dilations[index],
                inputs: channels, activation: .leakyReLU,
                // A convolution, an activation and a normalization are three blocks in SpeechBrain.
                names: ("\(3 * index).conv", "\(3 * index + 2).norm"), generator.split("\(index)"))
        }
        var last = Dense.Spec(spec.units)
        (last.kernelInitializer, last.biasInitializer) = (.torch, .torch)
        linear = Dense(last, inputs: 2 * channels, generator.split("linear"))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let h = blocks.reduce(x) { $1.forward($0, pass) }
        let (mean, deviation) = h.statistics(leastVariance: 1e-12, isUnbiased: true)
        let pooled = concatenate([mean, deviation + 1e-5], axis: 2)
        return Signal(linear(pooled.reshaped([pooled.shape[0], pooled.shape[2]]), pass))
    }
}
