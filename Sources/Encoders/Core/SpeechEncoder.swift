import Autograd
import Layers

/// A pretrained speech encoder: wav2vec 2.0, XLS-R, HuBERT, WavLM, data2vec or the encoder of Whisper.
public final class SpeechEncoder: Layer {
    /// The architecture.
    public let config: EncoderConfig
    let frontEnd: any Layer
    let positions: PositionalConvolutions?
    let relativePositions: RelativePositions?
    let norm: LayerNorm
    private let dropout: Dropout
    let blocks: [EncoderBlock]

    public var members: [Member] {
        [.layer("front_end", frontEnd)] + (positions.map { [.layer("positions", $0)] } ?? [])
            + (relativePositions.map { [.layer("relative_positions", $0)] } ?? [])
            + [.layer("norm", norm)] + blocks.enumerated().map { .layer("layers.\($0)", $1) }
    }

    /// Creates an encoder with random weights.
    public convenience init(_ config: EncoderConfig, generator: RandomGenerator) {
        self.init(config, WeightSource(initializer: .glorotUniform, generator: generator))
    }

    init(_ config: EncoderConfig, _ weights: WeightSource) {
        self.config = config
        let front = weights.split("front_end")
        switch config.input {
        case .waveform(let convolutions):
            frontEnd = WaveformFrontEnd(config, convolutions, front)
            positions = PositionalConvolutions(config, convolutions, weights.split("positions"))
        case .logMel(let bands, let steps):
            frontEnd = LogMelFrontEnd(config, bands: bands, positions: steps, front)
            positions = nil
        }
        relativePositions = config.relativePositions.map {
            RelativePositions($0, heads: config.heads, weights.split("relative_positions"))
        }
        norm = LayerNorm(epsilon: config.epsilon, channels: config.hidden)
        dropout = Dropout(config.dropout)
        blocks = (0..<config.layers).map { EncoderBlock(config, weights.split("layers.\($0)")) }
    }

    /// Returns the last hidden states, [batch, steps, channels].
    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        hiddenStates(x, pass).last ?? x
    }

    /// Returns the hidden states, [batch, steps, channels] each: the input of the first layer, then the output of each layer,
    /// in the order of `output_hidden_states` in transformers. The last one is `last_hidden_state`: if layer normalization comes
    /// first in each layer, only the output of the last layer is normalized.
    ///
    /// Without lengths, all samples are valid. With lengths, the states of a recording do not depend on its padding. Layers whose
    /// parameters are all frozen run in inference mode.
    ///
    /// - Parameters:
    ///   - x: Waveforms at 16 kHz, [batch, samples], or log-mel spectrograms for Whisper, [batch, frames, bands].
    ///   - count: The number of layers to compute; nil for all.
    ///   - checkpoints: Whether the backward pass recomputes each layer, which saves memory and does not change results.
    public func hiddenStates(
        _ x: Signal, _ pass: Pass = .inference, layers count: Int? = nil, checkpoints: Bool = false
    ) -> [Signal] {
        let start: Pass = isInputFrozen ? .inference : pass
        var h = frontEnd.forward(x, start)
        if let positions { h = positions.forward(h, start) }
        if !config.normFirst { h = norm.forward(h, start) }
        h = dropout.forward(h, start)
        let bias = relativePositions?.bias(steps: h.tensor.shape[1])
        var states = [h]
        for block in blocks.prefix(count ?? blocks.count) {
            let mode: Pass = block.isFrozen ? .inference : pass
            if !skips(mode) {
                h =
                    checkpoints && !block.isFrozen
                    ? mode.checkpointing(h) { block.forward($0, $1, positions: bias) }
                    : block.forward(h.with(Self.own(h.tensor)), mode, positions: bias)
            }
            states.append(h)
        }
        if config.normFirst, states.count == blocks.count + 1 {
            states[blocks.count] = norm.forward(h, pass)
        }
        return states
    }

    /// The same values with a gradient of their own: what a layer adds up for its input does not depend on other uses of the
    /// input, as with gradient checkpointing.
    private static func own(_ x: Tensor) -> Tensor {
        record("own", inputs: [x], output: x) { cotangent, _ in [cotangent] }
    }

    /// Adds the weights that adapt the layers of a part of the encoder.
    func attach(_ adaptation: Adaptation, to part: TrainedPart, _ generator: RandomGenerator) {
        if let options = adaptation.lowRank {
            for (name, layer) in namedLayers() {
                guard let dense = layer as? Dense, part.adapts(name), options.targetModules.match(name) else {
                    continue
                }
                let shape = dense.weight.shape
                dense.lowRankUpdate = LowRankUpdate(
                    options, inputs: shape[0], outputs: shape[1], generator.split(name))
            }
        }
        guard let options = adaptation.adapters else { return }
        for (index, block) in blocks.enumerated() where part.adapts("layers.\(index)") {
            block.attach(options, generator.split("layers.\(index)"))
        }
    }

    /// Replaces the weights of the convolutions and fully connected layers by 8-bit weights, for inference. The first convolution of
    /// a waveform, the positional convolutions and the gates of the relative position bias keep theirs: they take little time.
    public func quantize() {
        for (name, layer) in namedLayers() {
            if let dense = layer as? Dense, !name.hasSuffix("position_gate.projection") { dense.quantize() }
            if let convolution = layer as? Conv1D, name.hasPrefix("front_end."),
                convolution.weight.shape[1] > 1
            {
                convolution.quantize()
            }
        }
    }

    /// Whether everything before the first layer is frozen.
    private var isInputFrozen: Bool {
        frontEnd.isFrozen && positions?.isFrozen ?? true && (config.normFirst || norm.isFrozen)
    }

    /// Draws whether the batch skips a layer.
    private func skips(_ pass: Pass) -> Bool {
        guard config.layerDrop > 0, pass.isTraining, let generator = pass.generator else { return false }
        return generator.uniform() < config.layerDrop
    }

    /// Returns the hidden states of recordings without padding for inference: nothing is saved for a backward pass.
    ///
    /// - Parameters:
    ///   - x: Waveforms at 16 kHz, [batch, samples], or log-mel spectrograms for Whisper, [batch, frames, bands].
    ///   - count: The number of layers to compute; nil for all.
    public func hiddenStates(of x: Tensor, layers count: Int? = nil) -> [Tensor] {
        withoutRecording { hiddenStates(Signal(x), layers: count).map(\.tensor) }
    }
}

extension Layer {
    /// Whether none of the layer's parameters is trained.
    var isFrozen: Bool { parameters.allSatisfy(\.isFrozen) }
}
