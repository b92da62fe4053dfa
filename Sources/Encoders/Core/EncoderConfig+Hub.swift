import Autograd
import Configuration
import Layers

extension EncoderConfig {
    /// Decodes a `config.json` of the Hugging Face Hub. Missing keys have the defaults of the library transformers.
    ///
    /// Throws a `ConfigurationError` with every key that is invalid or describes an unsupported variant.
    public init(hub json: JSONValue) throws(ConfigurationError) {
        guard let type = json["model_type"]?.text, let architecture = Architecture(rawValue: type) else {
            throw ConfigurationError(
                place: json["model_type"]?.place ?? json.place, path: JSONPath([.key("model_type")]),
                "found \(json["model_type"]?.line ?? "no such key"), expected one of \(Architecture.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))"
            )
        }
        var keys = HubKeys(json)
        self = architecture == .whisper ? Self.whisper(&keys) : Self.waveform(architecture, &keys)
        try keys.finish()
    }

    private static func waveform(_ architecture: Architecture, _ keys: inout HubKeys) -> EncoderConfig {
        let isData2Vec = architecture == .data2vecAudio
        let hidden = keys.integer("hidden_size", 768, in: 1...1 << 16)
        let heads = keys.integer("num_attention_heads", 12, in: 1...1024)
        let filters = keys.integers("conv_dim", [512, 512, 512, 512, 512, 512, 512], in: 1...1 << 16)
        let kernels = keys.integers("conv_kernel", [10, 3, 3, 3, 3, 2, 2], in: 1...1 << 12)
        let strides = keys.integers("conv_stride", [5, 2, 2, 2, 2, 2, 2], in: 1...1 << 12)
        if kernels.count != filters.count || strides.count != filters.count {
            keys.report(
                "conv_dim",
                "found \(filters.count) sizes, \(kernels.count) of conv_kernel and \(strides.count) of conv_stride, expected equally many"
            )
        }
        let normName = keys.text("feat_extract_norm", isData2Vec ? "layer" : "group", of: ["group", "layer"])
        let groups = keys.integer("num_conv_pos_embedding_groups", 16, in: 1...1 << 16)
        keys.divides(heads, "num_attention_heads", hidden)
        keys.divides(groups, "num_conv_pos_embedding_groups", hidden)
        let size = isData2Vec ? "conv_pos_kernel_size" : "num_conv_pos_embeddings"
        let front = Convolutions(
            filters: filters, kernels: kernels, strides: strides,
            bias: keys.bool("conv_bias", false),
            norm: isData2Vec ? .layer : FrontEndNorm(rawValue: normName) ?? .group,
            activation: keys.activation("feat_extract_activation"),
            hasProjectionNorm: architecture == .hubert ? keys.bool("feat_proj_layer_norm", true) : true,
            positionKernel: keys.integer(size, isData2Vec ? 19 : 128, in: 1...1 << 12),
            positionGroups: groups,
            positionDepth: isData2Vec ? keys.integer("num_conv_pos_embeddings", 5, in: 1...64) : 1,
            normalizesPositions: isData2Vec)
        keys.refuse("adapter_attn_dim") { $0.isNull }
        keys.refuse("conv_pos_batch_norm") { $0.isNull || $0.bool == false }
        return EncoderConfig(
            architecture: architecture, layers: keys.integer("num_hidden_layers", 12, in: 1...512),
            hidden: hidden, heads: heads,
            intermediate: keys.integer("intermediate_size", 3072, in: 1...1 << 20),
            activation: keys.activation("hidden_act"),
            epsilon: keys.number("layer_norm_eps", 1e-5, in: 1e-12...1),
            normFirst: !isData2Vec && keys.bool("do_stable_layer_norm", false),
            dropout: keys.number("hidden_dropout", 0.1, in: 0...0.99),
            attentionDropout: keys.number("attention_dropout", 0.1, in: 0...0.99),
            activationDropout: keys.number("activation_dropout", 0.1, in: 0...0.99),
            projectionDropout: keys.number("feat_proj_dropout", 0, in: 0...0.99),
            layerDrop: keys.number("layerdrop", 0.1, in: 0...0.99),
            input: .waveform(front),
            relativePositions: architecture == .wavlm
                ? RelativePositions(
                    buckets: keys.integer("num_buckets", 320, in: 4...1 << 16),
                    maxDistance: keys.integer("max_bucket_distance", 800, in: 2...1 << 24)) : nil)
    }

    private static func whisper(_ keys: inout HubKeys) -> EncoderConfig {
        let hidden = keys.integer("d_model", 384, in: 1...1 << 16)
        let heads = keys.integer("encoder_attention_heads", 6, in: 1...1024)
        keys.divides(heads, "encoder_attention_heads", hidden)
        return EncoderConfig(
            architecture: .whisper, layers: keys.integer("encoder_layers", 4, in: 1...512), hidden: hidden,
            heads: heads, intermediate: keys.integer("encoder_ffn_dim", 1536, in: 1...1 << 20),
            activation: keys.activation("activation_function"), epsilon: 1e-5, normFirst: true,
            dropout: keys.number("dropout", 0, in: 0...0.99),
            attentionDropout: keys.number("attention_dropout", 0, in: 0...0.99),
            activationDropout: keys.number("activation_dropout", 0, in: 0...0.99), projectionDropout: 0,
            layerDrop: keys.number("encoder_layerdrop", 0, in: 0...0.99),
            input: .logMel(
                bands: keys.integer("num_mel_bins", 80, in: 1...1024),
                positions: keys.integer("max_source_positions", 1500, in: 1...1 << 20)),
            relativePositions: nil)
    }
}

/// The keys of a `config.json` that matter, with the issues found.
private struct HubKeys {
    private let json: JSONValue
    private var problems: [ConfigurationIssue] = []

    init(_ json: JSONValue) { self.json = json }

    func finish() throws(ConfigurationError) {
        if !problems.isEmpty { throw ConfigurationError(problems) }
    }

    mutating func report(_ key: String, _ message: String) {
        problems.append(
            ConfigurationIssue(
                place: json[key]?.place ?? json.place, path: JSONPath([.key(key)]), message: message))
    }

    /// Reads a value, or returns the default if the key is missing or its value is invalid.
    @inline(never)
    private mutating func read<Value>(
        _ key: String, _ standard: Value, _ allowed: String, _ convert: (JSONValue) -> Value?
    ) -> Value {
        guard let found = json[key] else { return standard }
        if let value = convert(found) { return value }
        report(key, "found \(found.line.prefix(60)), expected \(allowed)")
        return standard
    }

    mutating func integer(_ key: String, _ standard: Int, in range: ClosedRange<Int>) -> Int {
        read(key, standard, "an integer from \(range.lowerBound) to \(range.upperBound)") { json in
            guard let value = json.integer, range.contains(value) else { return nil }
            return value
        }
    }

    mutating func integers(_ key: String, _ standard: [Int], in range: ClosedRange<Int>) -> [Int] {
        read(key, standard, "1 to 64 integers from \(range.lowerBound) to \(range.upperBound)") { json in
            let list = json.elements?.compactMap(\.integer).filter { range.contains($0) }
            return list.flatMap { (1...64).contains($0.count) && $0.count == json.elements?.count ? $0 : nil }
        }
    }

    mutating func number(_ key: String, _ standard: Double, in range: ClosedRange<Double>) -> Double {
        read(key, standard, "a number from \(range.lowerBound) to \(range.upperBound)") { json in
            guard let value = json.double, range.contains(value) else { return nil }
            return value
        }
    }

    mutating func bool(_ key: String, _ standard: Bool) -> Bool {
        read(key, standard, "true or false") { $0.bool }
    }

    mutating func text(_ key: String, _ standard: String, of words: [String]) -> String {
        read(key, standard, words.map { "\"\($0)\"" }.joined(separator: " or ")) {
            $0.text.flatMap { words.contains($0) ? $0 : nil }
        }
    }

    /// The activations by their names in transformers.
    private static let activations: [(name: String, value: Activation)] = [
        ("gelu", .gelu), ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("relu", .relu),
        ("silu", .silu), ("swish", .silu),
    ]

    mutating func activation(_ key: String) -> Activation {
        let names = Self.activations.map { "\"\($0.name)\"" }.joined(separator: ", ")
        return read(key, .gelu, "one of \(names)") { json in
            Self.activations.first { $0.name == json.text }?.value
        }
    }

    mutating func divides(_ part: Int, _ key: String, _ whole: Int) {
        guard whole % part != 0 else { return }
        report(key, "found \(part), expected a divisor of the hidden size \(whole)")
    }

    /// Reports a variant that is not supported.
    mutating func refuse(_ key: String, unless isAbsent: (JSONValue) -> Bool) {
        guard let found = json[key], !isAbsent(found) else { return }
        report(key, "found \(found.line.prefix(60)); this variant is not supported")
    }
}
