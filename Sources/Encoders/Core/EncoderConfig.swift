import Layers

/// The architecture of a pretrained speech encoder.
public struct EncoderConfig: Sendable, Equatable {
    /// The families of encoders, by the `model_type` of their `config.json`. XLS-R is `wav2vec2`.
    public enum Architecture: String, Sendable, CaseIterable {
        case wav2vec2, hubert, wavlm, whisper
        case data2vecAudio = "data2vec-audio"
    }

    /// The normalization in the convolutions of a front end.
    public enum FrontEndNorm: String, Sendable {
        /// The first convolution is normalized per channel, over time.
        case group
        /// Every convolution is normalized per step, over the channels.
        case layer
    }

    public var architecture: Architecture
    /// The number of transformer layers.
    public var layers: Int
    /// The number of channels of the hidden states.
    public var hidden: Int
    /// The number of attention heads.
    public var heads: Int
    /// The hidden size of the feed-forward networks.
    public var intermediate: Int
    public var activation: Activation
    /// Added to the variance in layer normalization.
    public var epsilon: Double
    /// Whether layer normalization precedes the sublayers (`do_stable_layer_norm`) or follows them.
    public var normFirst: Bool
    /// Dropout rate of the hidden states in training.
    public var dropout: Double
    /// Dropout rate of the attention weights in training.
    public var attentionDropout: Double
    /// Dropout rate inside of the feed-forward networks in training.
    public var activationDropout: Double
    /// Dropout rate after the projection of the front end in training.
    public var projectionDropout: Double
    /// Probability that a batch skips a transformer layer in training (Fan et al. 2020).
    public var layerDrop: Double
    public var input: Input
    /// The relative position bias of WavLM.
    public var relativePositions: RelativePositions?

    /// The input and the front end.
    public enum Input: Sendable, Equatable {
        /// A waveform at 16 kHz, [samples].
        case waveform(Convolutions)
        /// A log-mel spectrogram of Whisper, [frames, bands].
        case logMel(bands: Int, positions: Int)
    }

    /// The convolutions over the waveform and the positional convolutions.
    public struct Convolutions: Sendable, Equatable {
        public var filters: [Int]
        public var kernels: [Int]
        public var strides: [Int]
        public var bias: Bool
        public var norm: FrontEndNorm
        public var activation: Activation
        /// Whether the outputs are normalized before the projection to the hidden states.
        public var hasProjectionNorm: Bool
        /// The kernel size of the positional convolutions.
        public var positionKernel: Int
        public var positionGroups: Int
        /// The number of stacked positional convolutions.
        public var positionDepth: Int
        /// Whether each positional convolution is followed by layer normalization, as in data2vec.
        public var normalizesPositions: Bool
    }

    /// The buckets of relative positions.
    public struct RelativePositions: Sendable, Equatable {
        public var buckets: Int
        public var maxDistance: Int
    }

    /// The sample rate of the input in Hz.
    public static let sampleRate = 16000

    /// The distance between two steps of the hidden states, in samples.
    public var hop: Int {
        switch input {
        case .waveform(let front): front.strides.reduce(1) { capped($0, $1) }
        case .logMel: 2 * LogMelInput.hop
        }
    }

    /// Returns the number of steps of the hidden states for a number of samples; nil if the waveform is shorter than the
    /// receptive field of one step, or longer than the encoder allows.
    public func steps(of samples: Int) -> Int? {
        switch input {
        case .waveform(let front):
            var steps = samples
            for (kernel, stride) in zip(front.kernels, front.strides) {
                guard steps >= kernel else { return nil }
                steps = (steps - kernel) / stride + 1
            }
            return steps
        case .logMel(_, let positions):
            let steps = (samples + hop - 1) / hop
            return samples > 0 && steps <= positions ? steps : nil
        }
    }

    /// The allowed lengths of a recording in samples: at least the receptive field of one step, and for Whisper at most 30 s.
    public var allowedSamples: ClosedRange<Int> {
        switch input {
        case .waveform(let front):
            var samples = 1
            for (kernel, stride) in zip(front.kernels, front.strides).reversed() {
                samples = capped(samples - 1, stride) + kernel
            }
            return samples...Int.max
        case .logMel(_, let positions): return 1...capped(positions, hop)
        }
    }

    /// Everything that the hidden states depend on besides the weights.
    var signature: String {
        var words = [
            architecture.rawValue, "\(heads) heads", activation.rawValue, "epsilon \(epsilon)",
            normFirst ? "norm first" : "norm last",
        ]
        if case .waveform(let front) = input {
            words += ["strides \(front.strides)", front.norm.rawValue, front.activation.rawValue]
        }
        if let positions = relativePositions { words.append("distance \(positions.maxDistance)") }
        return words.joined(separator: ", ")
    }
}

/// The product of two sizes, at most 2^56, so that sums of such products do not overflow.
func capped(_ a: Int, _ b: Int) -> Int {
    let (product, isOverflow) = a.multipliedReportingOverflow(by: b)
    return isOverflow ? 1 << 56 : min(product, 1 << 56)
}
