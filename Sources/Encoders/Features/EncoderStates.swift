import Autograd
import Configuration
import SpeechEmotion

/// Hidden states of a pretrained speech encoder with frozen weights.
public struct EncoderStates: FrameFeature, PinnedOptions {
    /// The encoder and the hidden states to concatenate.
    public var encoder = EncoderChoice()
    /// The precision of the values.
    public var precision = Precision.half

    /// The precision that hidden states are rounded to, and stored with in the feature cache.
    public enum Precision: String, CaseIterable, ConfigurationValue {
        /// 11 significant bits; 2 bytes per value in the cache.
        case half
        /// 24 significant bits; 4 bytes per value in the cache.
        case single
    }

    public static let type = "encoder"
    public static let summary =
        "Hidden states of a pretrained speech encoder (wav2vec 2.0, XLS-R, HuBERT, WavLM, data2vec, Whisper) with frozen weights. The pipeline needs a sample rate of 16 kHz."
    public static var fields: [Field<Self>] {
        group(\.encoder) + [
            .init(
                "precision", \.precision,
                "Precision that hidden states are rounded to: `half` takes half the space in the feature cache. Cached and newly computed values are equal."
            )
        ]
    }

    public init() {}
    /// Creates the feature from the folder or file of an encoder.
    public init(_ weights: String, layers: LayerSelection = .last) {
        encoder = EncoderChoice(weights, layers: layers)
    }

    private var config: EncoderConfig? { encoder.config }

    /// The channels of all selected hidden states.
    public var width: Int { config.map { encoder.numbers($0).count * $0.hidden } ?? 0 }
    /// `encoder_6_0`: the number of the hidden state and of the channel.
    public var names: [String] {
        config.map { config in
            encoder.numbers(config).flatMap { layer in (0..<config.hidden).map { "encoder_\(layer)_\($0)" } }
        } ?? []
    }
    /// The distance between hidden states, 320 samples (20 ms) in most encoders.
    public var hop: Int { config?.hop ?? 320 }
    public var firstCenter: Int { hop / 2 }
    public func frames(of samples: Int) -> Int? { config?.steps(of: samples) }

    /// Throws if the encoder cannot be read or has another fingerprint, for unknown layers, and unless the rate is 16 kHz.
    public func check(rate: Int) throws(InputError) {
        _ = try encoder.checked()
        guard rate == EncoderConfig.sampleRate else {
            throw InputError(
                Self.type, found: "a sample rate of \(rate) Hz", allowed: "\(EncoderConfig.sampleRate) Hz")
        }
    }

    /// Returns the feature with the fingerprint of its encoder. Throws if it has that of another one.
    public func pinned() throws -> EncoderStates {
        var result = self
        result.encoder = try encoder.pinned()
        return result
    }

    /// The options without the path of the weights if their fingerprint is known, and without the default of the weight type.
    public var identity: JSONValue {
        var json = encode()
        if encoder.weightType == .float32 { json["weight_type"] = nil }
        if encoder.sha256 != nil { json["weights"] = nil }
        return json
    }

    /// Computes [steps, width] from the recording alone, without padding (Whisper: padded to 30 s), so that other recordings
    /// have no effect. Throws for waveforms that are shorter than one step, and for Whisper longer than 30 s.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        let wave = analysis.wave
        let entry = try encoder.reading { try encoder.entry() }
        let config = entry.source.config
        try PaddedWaveform.check(wave.samples, action: Self.type)
        let allowed = config.allowedSamples
        guard let steps = config.steps(of: wave.count) else {
            throw InputError(
                Self.type, found: "a waveform of \(wave.duration) s",
                allowed: wave.count < allowed.lowerBound
                    ? "at least \(allowed.lowerBound) samples, the receptive field of the encoder"
                    : "at most \(Double(allowed.upperBound) / Double(wave.rate)) s; use \"duration\", or windows for prediction"
            )
        }
        let speech = try encoder.reading { try entry.encoder() }
        let numbers = encoder.numbers(config)
        let input = try input(entry.source, analysis)
        let states = speech.hiddenStates(of: input, layers: numbers.max() ?? 0)
        let hidden = config.hidden
        let width = numbers.count * hidden
        var values = [Float](repeating: 0, count: steps * width)
        for (place, number) in numbers.enumerated() {
            states[number].withElements { state in
                for step in 0..<steps {
                    for channel in 0..<hidden {
                        let value = Float(state[step * hidden + channel])
                        values[step * width + place * hidden + channel] =
                            precision == .half ? value.halfPrecision : value
                    }
                }
            }
        }
        return FrameTable(frames: steps, width: width, values: values)
    }

    /// About how many numbers the encoder needs for a recording: the outputs of the first convolutions, the hidden states, and
    /// the attention weights of a layer.
    public func workingNumbers(samples: Int) -> Double {
        guard let config, let steps = config.steps(of: samples).map(Double.init) else { return 0 }
        let states = steps * Double(config.hidden) * Double(config.layers + 8)
        let attention = 3 * steps * steps * Double(config.heads)
        guard case .waveform(let front) = config.input, let filters = front.filters.first,
            let stride = front.strides.first
        else { return 3 * states + attention }
        return 4 * Double(samples) / Double(stride) * Double(filters) + states + attention
    }

    /// Returns the input of the encoder: [1, samples], or [1, frames, bands].
    private func input(_ source: EncoderSource, _ analysis: WaveformAnalysis) throws(InputError) -> Tensor {
        let samples: [Float]
        let shape: [Int]
        switch source.config.input {
        case .waveform:
            samples = source.prepared(analysis.wave.samples)
            shape = [1, samples.count]
        case .logMel(let bands, let positions):
            samples = try analysis.wave.whisperInput(bands: bands, frames: 2 * positions)
            shape = [1, 2 * positions, bands]
        }
        return Tensor(shape: shape) { x in for (i, value) in samples.enumerated() { x[i] = Real(value) } }
    }
}

extension Float {
    /// The value rounded to half precision, to nearest even. Larger values than half precision can represent are unchanged.
    var halfPrecision: Float {
        let half = Float(Float16(self))
        return half.isFinite ? half : self
    }
}
