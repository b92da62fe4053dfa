import Autograd
import Layers

/// A pretrained speech encoder: wav2vec 2.0, XLS-R, HuBERT, WavLM, data2vec or the encoder of Whisper.
public final class SpeechEncoder: Layer {
    /// The architecture.
    public let config: EncoderConfig
    private let frontEnd: any Layer
    private let positions: PositionalConvolutions?
    private let relativePositions: RelativePositions?
    private let norm: LayerNorm
    private let blocks: [EncoderBlock]

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
    /// Without lengths, all samples are valid. With lengths, the states of a recording do not depend on its padding.
    ///
    /// - Parameters:
    ///   - x: Waveforms at 16 kHz, [batch, samples], or log-mel spectrograms for Whisper, [batch, frames, bands].
    ///   - count: The number of layers to compute; nil for all.
    public func hiddenStates(_ x: Signal, _ pass: Pass = .inference, layers count: Int? = nil) -> [Signal] {
        var h = frontEnd.forward(x, pass)
        if let positions { h = positions.forward(h, pass) }
        if !config.normFirst { h = norm.forward(h, pass) }
        let bias = relativePositions?.bias(steps: h.tensor.shape[1])
        var states = [h]
        for block in blocks.prefix(count ?? blocks.count) {
            h = block.forward(h, pass, positions: bias)
            states.append(h)
        }
        if config.normFirst, states.count == blocks.count + 1 {
            states[blocks.count] = norm.forward(h, pass)
        }
        return states
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
