import Autograd
import Configuration
import Encoders

/// Hidden states of a pretrained speech encoder with frozen weights.
public struct EncoderStates: FrameFeature {
    /// The folder of the encoder, or its converted file.
    public var weights = ""
    /// The hidden states to concatenate.
    public var layers = LayerSelection.last
    /// The precision of the values.
    public var precision = Precision.half
    /// The fingerprint of the encoder; nil accepts any.
    public var sha256: String?

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
    public static let fields: [Field<Self>] = [
        .init(
            "weights", \.weights,
            "Folder of the encoder with `config.json` and `model.safetensors`, as on the Hugging Face hub, or a file written by `Train import`. If it does not exist, the folder named by the environment variable `PROSODY_ENCODERS` is searched for the same name.",
            .required, .notEmpty),
        .init(
            "layers", \.layers,
            "Hidden states to concatenate: `all`, `last`, or a list of numbers; 0 is the input of the first layer, 1 the output of the first layer. The layer `layer_sum` learns a weighted sum of them."
        ),
        .init(
            "precision", \.precision,
            "Precision that hidden states are rounded to: `half` takes half the space in the feature cache. Cached and newly computed values are equal."
        ),
        .init(
            "sha256", \.sha256,
            "Fingerprint of the encoder: the SHA-256 of its configuration and weights. A run and its model file record it, and another encoder is an error; `null` accepts any encoder.",
            .check("of 64 hexadecimal digits") { $0?.isSHA256 ?? true }),
    ]

    public init() {}
    /// Creates the feature from the folder or file of an encoder.
    public init(_ weights: String, layers: LayerSelection = .last) {
        (self.weights, self.layers) = (weights, layers)
    }

    private var config: EncoderConfig? { try? EncoderStore.entry(weights).source.config }
    private func numbers(_ config: EncoderConfig) -> [Int] { layers.numbers(layers: config.layers) }

    /// The channels of all selected hidden states.
    public var width: Int { config.map { numbers($0).count * $0.hidden } ?? 0 }
    /// `encoder_6_0`: the number of the hidden state and of the channel.
    public var names: [String] {
        config.map { config in
            numbers(config).flatMap { layer in (0..<config.hidden).map { "encoder_\(layer)_\($0)" } }
        } ?? []
    }
    /// The distance between hidden states, 320 samples (20 ms) in most encoders.
    public var hop: Int { config?.hop ?? 320 }
    public var firstCenter: Int { hop / 2 }
    public func frames(of samples: Int) -> Int? { config?.steps(of: samples) }

    /// Throws if the encoder cannot be read or has another fingerprint, for unknown layers, and unless the rate is 16 kHz.
    public func check(rate: Int) throws(DataError) {
        let entry = try reading { try EncoderStore.entry(weights) }
        let config = entry.source.config
        guard rate == EncoderConfig.sampleRate else {
            throw DataError(
                Self.type, found: "a sample rate of \(rate) Hz", allowed: "\(EncoderConfig.sampleRate) Hz")
        }
        if let number = numbers(config).first(where: { $0 > config.layers }) {
            throw DataError(
                "\(Self.type), layers", found: "\(number)",
                allowed: "0 to \(config.layers), the number of layers of \(weights)")
        }
        guard let sha256 else { return }
        let found = try reading { try entry.fingerprint() }
        guard found == sha256 else {
            throw DataError(
                "\(Self.type), the weights \(weights)", found: "another encoder: SHA-256 \(found)",
                allowed: "SHA-256 \(sha256); use the encoder that the features were computed with")
        }
    }

    /// Returns the feature with the fingerprint of its encoder. Throws if it has that of another one.
    func pinned(rate: Int) throws -> EncoderStates {
        try check(rate: rate)
        var result = self
        result.sha256 = try EncoderStore.entry(weights).fingerprint()
        return result
    }

    /// Computes [steps, width] from the recording alone, without padding (Whisper: padded to 30 s), so that other recordings
    /// have no effect. Throws for waveforms that are shorter than one step, and for Whisper longer than 30 s.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        let wave = analysis.wave
        let entry = try reading { try EncoderStore.entry(weights) }
        let config = entry.source.config
        try PaddedWaveform.check(wave.samples, action: Self.type)
        let allowed = config.allowedSamples
        guard let steps = config.steps(of: wave.count) else {
            throw DataError(
                Self.type, found: "a waveform of \(wave.duration) s",
                allowed: wave.count < allowed.lowerBound
                    ? "at least \(allowed.lowerBound) samples, the receptive field of the encoder"
                    : "at most \(Double(allowed.upperBound) / Double(wave.rate)) s; use \"duration\", or windows for prediction"
            )
        }
        let encoder = try reading { try entry.encoder() }
        let numbers = numbers(config)
        let input = try input(entry.source, analysis)
        let states = encoder.hiddenStates(of: input, layers: numbers.max() ?? 0)
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
    func workingNumbers(samples: Int) -> Double {
        guard let config, let steps = config.steps(of: samples).map(Double.init) else { return 0 }
        let states = steps * Double(config.hidden) * Double(config.layers + 8)
        let attention = 3 * steps * steps * Double(config.heads)
        guard case .waveform(let front) = config.input, let filters = front.filters.first,
            let stride = front.strides.first
        else { return 3 * states + attention }
        return 4 * Double(samples) / Double(stride) * Double(filters) + states + attention
    }

    /// Returns the input of the encoder: [1, samples], or [1, frames, bands].
    private func input(_ source: EncoderSource, _ analysis: WaveformAnalysis) throws(DataError) -> Tensor {
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

    private func reading<R>(_ body: () throws -> R) throws(DataError) -> R {
        do { return try body() } catch let error as FileError {
            throw DataError(
                "\(Self.type), \(error.file): \(error.place)", found: error.found, allowed: error.allowed)
        } catch {
            throw DataError(
                "\(Self.type), weights", found: "\(error)", allowed: "the folder or file of an encoder")
        }
    }
}

extension Waveform {
    /// The log-mel spectrogram of Whisper, [frames, bands]: padded with zeros to `frames` frames of 10 ms, with 25 ms windows.
    package func whisperInput(bands: Int, frames: Int) throws(DataError) -> [Float] {
        var stft = STFT(fft: LogMelInput.frameLength, hop: LogMelInput.hop)
        stft.padding = .reflect
        var padded = samples
        padded += [Float](repeating: 0, count: max(0, frames * LogMelInput.hop - samples.count))
        let table = try Spectrogram(powersOf: Waveform(padded, rate: rate), stft)
            .mel(MelBands(count: bands)).table
        var powers = Array(table.values.prefix(frames * bands))
        LogMelInput.scale(&powers)
        return powers
    }
}

extension Float {
    /// The value rounded to half precision, to nearest even. Larger values than half precision can represent are unchanged.
    var halfPrecision: Float {
        let half = Float(Float16(self))
        return half.isFinite ? half : self
    }
}

extension String {
    /// Whether the text is a SHA-256 in lowercase hexadecimal digits.
    var isSHA256: Bool { utf8.count == 64 && allSatisfy { $0.isHexDigit && !$0.isUppercase } }
}
