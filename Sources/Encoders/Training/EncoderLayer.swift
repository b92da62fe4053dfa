import Autograd
import Configuration
import Layers
import SpeechEmotion

/// A pretrained speech encoder as a layer of a network on waveforms, for fine-tuning.
///
/// Its members are the weights that are trained. The others are read from the files of the encoder.
public final class EncoderLayer: Layer {
    /// The options: waveforms at 16 kHz, [samples] or [samples, 1], to [steps, channels].
    public struct Spec: WaveformLayerSpec, PinnedOptions {
        /// The encoder and the hidden states to concatenate.
        public var encoder = EncoderChoice()
        /// Whether the convolutions at the start are frozen.
        public var freezesFeatureEncoder = true
        /// The number of frozen transformer layers, from the lowest, together with everything before them.
        public var frozenLayers = 0
        /// Dropout rates and the probability of skipping a layer; nil for those of the encoder's `config.json`.
        public var hiddenDropout: Double?
        public var attentionDropout: Double?
        public var activationDropout: Double?
        public var projectionDropout: Double?
        public var layerDrop: Double?
        /// Whether the backward pass recomputes the transformer layers.
        public var gradientCheckpointing = false
        /// Low-rank changes that are trained instead of the weights.
        public var lora: LowRankOptions?
        /// Adapters that are trained instead of the weights.
        public var adapters: AdapterOptions?

        public static let type = "encoder"
        public static let summary =
            "A pretrained speech encoder (wav2vec 2.0, XLS-R, HuBERT, WavLM, data2vec, Whisper) on waveforms at 16 kHz, for fine-tuning: [samples, 1] to [steps, channels]."
        public static var fields: [Field<Self>] { group(\.encoder) + ownFields }

        private static let ownFields: [Field<Self>] = [
            .init(
                "freeze_feature_encoder", \.freezesFeatureEncoder,
                "Whether to freeze the convolutional feature encoder at the start, as is common."),
            .init(
                "frozen_layers", \.frozenLayers,
                "Number of transformer layers to freeze, starting with the lowest. If it is not 0, everything before them is frozen as well. Frozen parts run in inference mode and need no backward pass.",
                .range(0...512)),
            .init(
                "hidden_dropout", \.hiddenDropout,
                "Dropout rate of the hidden states; `null` for the value in the encoder's `config.json`.",
                .range(0...0.99)),
            .init(
                "attention_dropout", \.attentionDropout,
                "Dropout rate of the attention weights; `null` for the value in `config.json`.",
                .range(0...0.99)),
            .init(
                "activation_dropout", \.activationDropout,
                "Dropout rate inside the feed-forward networks; `null` for the value in `config.json`.",
                .range(0...0.99)),
            .init(
                "feat_proj_dropout", \.projectionDropout,
                "Dropout rate after the projection of the convolutions' outputs; `null` for the value in `config.json`.",
                .range(0...0.99)),
            .init(
                "layerdrop", \.layerDrop,
                "Probability that a batch skips a transformer layer in training; `null` for the value in `config.json`.",
                .range(0...0.99)),
            .init(
                "gradient_checkpointing", \.gradientCheckpointing,
                "Whether to recompute the intermediate results of the transformer layers in the backward pass instead of keeping them. Saves memory, costs time, and does not affect results."
            ),
            .init(
                "lora", \.lora,
                "Low-rank updates of dense layers, trained instead of the weights of the encoder; `null` for none."
            ),
            .init(
                "adapters", \.adapters,
                "Bottleneck adapters, trained instead of the weights of the encoder; `null` for none."
            ),
        ]

        public var validationIssues: [ValidationIssue] {
            encoder.weightType == .float32
                ? [] : [ValidationIssue("weight_type", Self.untrainable)]
        }

        private static let untrainable =
            "8-bit weights cannot be trained; remove it, or use the feature \"encoder\" in \"features\", whose weights are frozen"

        public static var sampleRate: Int { EncoderConfig.sampleRate }

        public init() {}
        /// Creates the options from the folder or file of an encoder.
        public init(_ weights: String, layers: LayerSelection = .last) {
            encoder = EncoderChoice(weights, layers: layers)
        }

        /// Returns the options with the fingerprint of the encoder. Throws if they have that of another one.
        public func pinned() throws -> Spec {
            var result = self
            result.encoder = try encoder.pinned()
            return result
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard let samples = input.first, input.dropFirst().allSatisfy({ $0 == 1 }), input.count <= 2
            else {
                throw LayerError(
                    "encoder expects waveforms of shape [samples, 1], found \(input); use the feature \"waveform\""
                )
            }
            guard encoder.weightType == .float32 else {
                throw LayerError("encoder has \"weight_type\": \"int8\": \(Self.untrainable)")
            }
            let config = try entry().source.config
            guard frozenLayers <= config.layers else {
                throw LayerError(
                    "encoder has \"frozen_layers\": \(frozenLayers), but \(encoder.weights) has \(config.layers) layers"
                )
            }
            guard let steps = config.steps(of: samples) else {
                let allowed = config.allowedSamples
                throw LayerError(
                    samples < allowed.lowerBound
                        ? "encoder expects at least \(allowed.lowerBound) samples, its receptive field, found \(samples)"
                        : "encoder expects at most \(allowed.upperBound) samples, found \(samples)")
            }
            let (numbers, part) = (encoder.numbers(config), trainedPart(config))
            if let pattern = adaptation.unmatched(part) {
                throw LayerError(
                    "encoder has \"lora\" with the pattern \"\(pattern)\", which matches no dense layer that is trained; expected names such as layers.\(frozenLayers).attention.query, layers.*.inner or *.output"
                )
            }
            let trained = max(part.layers - frozenLayers, 0)
            return LayerPlan(
                output: [steps, capped(numbers.count, config.hidden)],
                parameters: adaptation.isNone ? part.parameters : adaptation.parameters(of: part),
                multiplyAdds: config.multiplyAdds(samples: samples, layers: part.layers),
                kept: capped(trained, config.keptPerLayer(steps: steps))
                    + capped(steps, capped(numbers.count, config.hidden)))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            let entry = try entry()
            do { return try EncoderLayer(self, entry, generator) } catch {
                throw LayerError("encoder: \(error)")
            }
        }

        fileprivate func entry() throws(LayerError) -> EncoderStore.Entry {
            do { return try encoder.checked() } catch { throw LayerError("\(error)") }
        }

        /// The weights that are trained instead of those of the encoder.
        fileprivate var adaptation: Adaptation { Adaptation(lowRank: lora, adapters: adapters) }

        /// The part that is trained.
        fileprivate func trainedPart(_ config: EncoderConfig) -> TrainedPart {
            TrainedPart(
                config: config, freezesConvolutions: freezesFeatureEncoder, frozenLayers: frozenLayers,
                layers: encoder.numbers(config).max() ?? 0)
        }

        /// The architecture with the dropout rates of these options.
        fileprivate func config(_ original: EncoderConfig) -> EncoderConfig {
            var config = original
            config.dropout = hiddenDropout ?? config.dropout
            config.attentionDropout = attentionDropout ?? config.attentionDropout
            config.activationDropout = activationDropout ?? config.activationDropout
            config.projectionDropout = projectionDropout ?? config.projectionDropout
            config.layerDrop = layerDrop ?? config.layerDrop
            return config
        }
    }

    let options: Spec
    let source: EncoderSource
    let encoder: SpeechEncoder
    private let trained: [(name: String, parameter: Parameter)]

    public var spec: any LayerSpec { options }
    public var members: [Member] { trained.map { .parameter($0.name, $0.parameter) } }

    private init(_ spec: Spec, _ entry: EncoderStore.Entry, _ generator: RandomGenerator) throws {
        (options, source) = (spec, entry.source)
        let encoder = try entry.copy(spec.config(entry.source.config))
        self.encoder = encoder
        let part = spec.trainedPart(encoder.config)
        encoder.attach(spec.adaptation, to: part, generator)
        var trained: [(name: String, parameter: Parameter)] = []
        for (name, parameter) in encoder.namedParameters {
            let isAdded = name.contains(".lora.") || name.contains("_adapter.")
            if spec.adaptation.isNone ? part.contains(name) : isAdded {
                trained.append((name, parameter))
            } else {
                parameter.isFrozen = true
            }
        }
        self.trained = trained
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let numbers = options.encoder.numbers(encoder.config)
        let states = encoder.hiddenStates(
            input(x), pass, layers: numbers.max() ?? 0, checkpoints: options.gradientCheckpointing)
        let used = numbers.map { states[$0].tensor }
        let output = used.count == 1 ? used[0] : concatenate(used, axis: 2)
        guard case .logMel = encoder.config.input else { return Signal(output, lengths: states[0].lengths) }
        // Whisper has hidden states for 30 s.
        func steps(_ samples: Int) -> Int { encoder.config.steps(of: samples) ?? 0 }
        return Signal(
            output.slice(axis: 1, 0..<steps(x.tensor.shape[1])), lengths: x.lengths?.map(steps))
    }

    /// Returns the input of the encoder: standardized waveforms, [batch, samples], or log-mel spectrograms.
    private func input(_ x: Signal) -> Signal {
        let (batch, samples) = (x.tensor.shape[0], x.tensor.shape[1])
        let waves = x.with(x.masked.reshaped([batch, samples]))
        guard case .logMel(let bands, let positions) = encoder.config.input else {
            // A recording that is shorter than one step is padded to it.
            let least = encoder.config.allowedSamples.lowerBound
            return Signal(
                source.normalizesInput ? standardized(waves) : waves.tensor,
                lengths: x.lengths?.map { min(max($0, least), samples) })
        }
        let frames = 2 * positions
        let rows = (0..<batch).map { row in
            let wave = waves.tensor.withElements { values in
                (0..<(x.lengths?[row] ?? samples)).map { Float(values[row * samples + $0]) }
            }
            // Only samples that are not finite have no spectrogram.
            return
                (try? Waveform(wave, rate: EncoderConfig.sampleRate).whisperInput(
                    bands: bands, frames: frames))
                ?? [Float](repeating: .nan, count: frames * bands)
        }
        return Signal(Tensor(rows.joined().map { Real($0) }, shape: [batch, frames, bands]))
    }

    /// Returns each waveform with mean 0 and variance 1, without its padding.
    private func standardized(_ x: Signal) -> Tensor {
        let samples = x.tensor.shape[1]
        guard let lengths = x.lengths, lengths.contains(where: { $0 < samples }) else {
            return layerNorm(x.tensor, epsilon: EncoderSource.epsilon)
        }
        let rows = lengths.enumerated().map { row, length in
            let length = max(length, 1)
            let valid = x.tensor.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length)
            return layerNorm(valid, epsilon: EncoderSource.epsilon)
                .padded(before: [0, 0], after: [0, samples - length])
        }
        return concatenate(rows, axis: 0)
    }
}

extension EncoderLayer: MergeableLayer {
    /// Returns the layer with the low-rank changes added to its weights, which then belong to the model file.
    package func merged() throws(LayerError) -> any Layer {
        guard options.lora != nil, options.adapters == nil else { return self }
        var spec = options
        spec.lora = nil
        let result: EncoderLayer
        do { result = try EncoderLayer(spec, spec.entry(), RandomGenerator(seed: 0)) } catch {
            throw LayerError("encoder: \(error)")
        }
        let weights = Dictionary(result.encoder.namedParameters) { first, _ in first }
        for (name, layer) in encoder.namedLayers() {
            guard let update = (layer as? Dense)?.lowRankUpdate, let weight = weights[name + ".weight"] else {
                continue
            }
            weight.value = withoutRecording { weight.value + update.change }
        }
        return result
    }
}
