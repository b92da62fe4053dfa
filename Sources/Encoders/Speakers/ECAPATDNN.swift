import Autograd
import Configuration
import Layers

/// ECAPA-TDNN (Desplanques et al. 2020): time-delay layers with squeeze-excitation, and attentive statistics pooling. Its
/// weights have the names of SpeechBrain's `ECAPA_TDNN`.
public final class ECAPATDNN: Layer {
    /// The options: [time, channels] to [units].
    public struct Spec: LayerSpec {
        public var channels = 1024
        public var attentionChannels = 128
        public var res2netScale = 8
        public var seChannels = 128
        public var units = 192

        public static let type = "ecapa_tdnn"
        public static let summary =
            "ECAPA-TDNN speaker encoder (Desplanques et al. 2020) with SpeechBrain's weight names: [time, channels] to [units]."
        public static let fields: [Field<Self>] = [
            .init(
                "channels", \.channels,
                "Number of channels of the time-delay layers; a multiple of `res2net_scale`.",
                .range(1...1 << 14)),
            .init(
                "attention_channels", \.attentionChannels,
                "Bottleneck size of the attentive statistics pooling.",
                .range(1...1 << 14)),
            .init(
                "res2net_scale", \.res2netScale, "Number of groups of channels in each block.",
                .range(2...256)),
            .init(
                "se_channels", \.seChannels, "Bottleneck size of squeeze-and-excitation.", .range(1...1 << 14)
            ),
            .init("units", \.units, "Size of the embedding.", .range(1...1 << 14)),
        ]

        public init() {}

        public var validationIssues: [ValidationIssue] {
            channels % res2netScale == 0
                ? []
                : [
                    ValidationIssue(
                        "channels",
                        "expected a multiple of the res2net_scale \(res2netScale), found \(channels)")
                ]
        }

        /// The kernel sizes and dilations of the first layer and of the blocks.
        static let windows: [(kernel: Int, dilation: Int)] = [(5, 1), (3, 2), (3, 3), (3, 4)]

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard input.count == 2, let steps = input.first, steps > 0 else {
                throw LayerError("ecapa_tdnn expects an input of shape [time, channels], found \(input)")
            }
            let (wide, part) = (3 * channels, channels / res2netScale)
            func convolution(_ filters: Int, _ inputs: Int) -> Int { capped(filters, inputs) + filters }
            let block =
                2 * TDNNBlock.parameters(channels, inputs: channels)
                + (res2netScale - 1) * TDNNBlock.parameters(part, kernel: 3, inputs: part)
                + convolution(seChannels, channels) + convolution(channels, seChannels)
            let overTime =
                TDNNBlock.parameters(channels, kernel: 5, inputs: input[1]) + 3 * block
                + TDNNBlock.parameters(wide, inputs: wide)
                + TDNNBlock.parameters(attentionChannels, inputs: 3 * wide)
                + convolution(wide, attentionChannels)
            let buffers =
                2
                * (channels + 3 * (2 * channels + (res2netScale - 1) * part) + wide + attentionChannels + 2
                    * wide)
            return LayerPlan(
                output: [units], parameters: overTime + 4 * wide + convolution(units, 2 * wide),
                buffers: buffers,
                multiplyAdds: capped(overTime, steps),
                kept: capped(steps, 60 * channels + 3 * attentionChannels))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return ECAPATDNN(self, inputs: input[1], generator)
        }
    }

    private let options: Spec
    private let first: TDNNBlock
    private let blocks: [SERes2NetBlock]
    private let aggregation: TDNNBlock
    private let attention: TDNNBlock
    private let scores: Conv1D
    private let norm: BatchNorm
    private let embedding: Conv1D

    public var spec: any LayerSpec { options }
    public var members: [Member] {
        [.layer("blocks.0", first)] + blocks.enumerated().map { .layer("blocks.\($0 + 1)", $1) } + [
            .layer("mfa", aggregation), .layer("asp.tdnn", attention), .layer("asp.conv.conv", scores),
            .layer("asp_bn.norm", norm), .layer("fc.conv", embedding),
        ]
    }

    /// Creates a network for inputs of shape [time, inputs].
    public init(_ spec: Spec, inputs: Int, _ generator: RandomGenerator) {
        options = spec
        let wide = 3 * spec.channels
        first = TDNNBlock(
            spec.channels, kernel: Spec.windows[0].kernel, inputs: inputs, generator.split("first"))
        blocks = Spec.windows.dropFirst().enumerated().map { index, window in
            SERes2NetBlock(
                spec, kernel: window.kernel, dilation: window.dilation, generator.split("\(index)"))
        }
        aggregation = TDNNBlock(wide, inputs: wide, generator.split("mfa"))
        attention = TDNNBlock(spec.attentionChannels, inputs: 3 * wide, generator.split("attention"))
        scores = Conv1D(wide, inputs: spec.attentionChannels, generator.split("scores"))
        norm = BatchNorm(likeTorch: 2 * wide)
        embedding = Conv1D(spec.units, inputs: 2 * wide, generator.split("fc"))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        var h = first.forward(x, pass)
        var outputs: [Tensor] = []
        for block in blocks {
            h = block.forward(h, pass)
            outputs.append(h.tensor)
        }
        h = aggregation.forward(h.with(concatenate(outputs, axis: 2)), pass)
        let pooled = norm.forward(Signal(statistics(h, pass)), pass).tensor
        let (batch, channels) = (pooled.shape[0], pooled.shape[1])
        let output = embedding.forward(Signal(pooled.reshaped([batch, 1, channels])), pass).tensor
        return Signal(output.reshaped([batch, options.units]))
    }

    /// Returns the mean and the standard deviation over time, weighted by an attention for each channel, [batch, 2 channels].
    private func statistics(_ x: Signal, _ pass: Pass) -> Tensor {
        let (mean, deviation) = x.statistics(leastVariance: 1e-12)
        let zeros = Tensor.zeros(x.tensor.shape)
        let context = concatenate([x.masked, zeros + mean, zeros + deviation], axis: 2)
        var weights = attention.forward(x.with(context), pass)
        weights = scores.forward(weights.with(weights.tensor.tanh()), pass)
        let hidden = weights.tensor.maskedFill(1 - x.validSteps, -1e30)
        let (center, spread) = x.statistics(weights: hidden.softmax(axis: 1), leastVariance: 1e-12)
        let joined = concatenate([center, spread], axis: 2)
        return joined.reshaped([joined.shape[0], joined.shape[2]])
    }
}

/// A block of ECAPA-TDNN: groups of channels that are convolved one after the other, and squeeze-excitation.
private final class SERes2NetBlock: Layer {
    private let enter: TDNNBlock, leave: TDNNBlock
    private let parts: [TDNNBlock]
    private let squeeze: Conv1D, excite: Conv1D

    var members: [Member] {
        [.layer("tdnn1", enter)]
            + parts.enumerated().map { .layer("res2net_block.blocks.\($0)", $1) } + [
                .layer("tdnn2", leave), .layer("se_block.conv1.conv", squeeze),
                .layer("se_block.conv2.conv", excite),
            ]
    }

    init(_ spec: ECAPATDNN.Spec, kernel: Int, dilation: Int, _ generator: RandomGenerator) {
        let part = spec.channels / spec.res2netScale
        enter = TDNNBlock(spec.channels, inputs: spec.channels, generator.split("enter"))
        parts = (1..<spec.res2netScale).map {
            TDNNBlock(part, kernel: kernel, dilation: dilation, inputs: part, generator.split("\($0)"))
        }
        leave = TDNNBlock(spec.channels, inputs: spec.channels, generator.split("leave"))
        squeeze = Conv1D(spec.seChannels, inputs: spec.channels, generator.split("squeeze"))
        excite = Conv1D(spec.channels, inputs: spec.seChannels, generator.split("excite"))
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let entered = enter.forward(x, pass)
        let size = entered.tensor.shape[2] / (parts.count + 1)
        var outputs = [entered.tensor.slice(axis: 2, 0..<size)]
        for (index, part) in parts.enumerated() {
            let own = entered.tensor.slice(axis: 2, (index + 1) * size..<(index + 2) * size)
            outputs.append(part.forward(x.with(index == 0 ? own : own + outputs[index]), pass).tensor)
        }
        let y = leave.forward(x.with(concatenate(outputs, axis: 2)), pass)
        let mean = y.statistics(leastVariance: 0).mean
        let inner = squeeze.forward(Signal(mean), pass).tensor.relu()
        let factors = excite.forward(Signal(inner), pass).tensor.sigmoid()
        return y.with(y.tensor * factors + x.tensor)
    }
}
