import Autograd
import Configuration
import SpeechEmotion

/// A pretrained encoder and the hidden states that are used, in a config.
public struct EncoderChoice: Options, Hashable {
    /// The folder of the encoder, or its converted file.
    public var weights = ""
    /// The hidden states to concatenate.
    public var layers = LayerSelection.last
    /// The fingerprint of the encoder; nil accepts any.
    public var sha256: String?
    /// The data type of the weights in matrix products.
    public var weightType = WeightType.float32

    /// The data types of weights.
    public enum WeightType: String, CaseIterable, ConfigurationValue {
        case float32
        /// 8 bits with a scale for each output; the inputs of matrix products are quantized to 7 bits. For features only.
        case int8
    }

    public static let fields: [Field<Self>] = [
        .init(
            "weights", \.weights,
            "Folder of the encoder with `config.json` and the weights (`model.safetensors` or `pytorch_model.bin`), as on the Hugging Face Hub, or a file written by `Train import`. If it does not exist, the folder named by the environment variable `PROSODY_ENCODERS` is searched for the same name.",
            .required, .notEmpty),
        .init(
            "layers", \.layers,
            "Hidden states to concatenate: `all`, `last`, or a list of numbers; 0 is the input of the first layer, 1 the output of the first layer. The layer `layer_sum` learns a weighted sum of them."
        ),
        .init(
            "sha256", \.sha256,
            "Fingerprint of the encoder: the SHA-256 of its configuration and weights. A run and its model file record it, and a different encoder is an error; `null` accepts any encoder.",
            .check("of 64 hexadecimal digits") { $0?.isSHA256 ?? true }),
        .init(
            "weight_type", \.weightType,
            "Data type of the weights: `int8` quantizes the weights when they are loaded, and the input of each matrix product when it is computed (dynamic quantization). It is faster and needs less memory; hidden states differ slightly from those with `float32`. For the feature only: 8-bit weights cannot be trained."
        ),
    ]

    public init() {}
    /// Creates a choice from the folder or file of an encoder.
    public init(_ weights: String, layers: LayerSelection = .last) {
        (self.weights, self.layers) = (weights, layers)
    }

    /// The architecture; nil if the encoder cannot be read.
    var config: EncoderConfig? { try? entry().source.config }

    /// The encoder, which is loaded when it is needed.
    func entry() throws -> EncoderStore.Entry { try EncoderStore.entry(weights, weightType) }

    /// The numbers of the selected hidden states.
    func numbers(_ config: EncoderConfig) -> [Int] { layers.numbers(layers: config.layers) }

    /// Returns the encoder. Throws if it cannot be read, has another fingerprint, or does not have the layers.
    func checked() throws(InputError) -> EncoderStore.Entry {
        let entry = try reading { try self.entry() }
        let count = entry.source.config.layers
        if let number = numbers(entry.source.config).first(where: { $0 > count }) {
            throw InputError(
                "\(EncoderStates.type), layers", found: "\(number)",
                allowed: "0 to \(count), the number of layers of \(weights)")
        }
        guard let sha256 else { return entry }
        let found = try reading { try entry.fingerprint() }
        guard found == sha256 else {
            throw InputError(
                "\(EncoderStates.type), the weights \(weights)",
                found: "a different encoder: SHA-256 \(found)",
                allowed: "SHA-256 \(sha256), the encoder that was used before")
        }
        return entry
    }

    /// Returns the choice with the fingerprint of its encoder. Throws if it has that of another one.
    func pinned() throws -> EncoderChoice {
        var result = self
        result.sha256 = try checked().fingerprint()
        return result
    }

    /// Turns an error of files into one that names the feature or layer.
    func reading<R>(_ body: () throws -> R) throws(InputError) -> R {
        do { return try body() } catch {
            throw InputError(
                EncoderStates.type, reading: error, allowed: "the folder or file of an encoder")
        }
    }
}

extension String {
    /// Whether the text is a SHA-256 in lowercase hexadecimal digits.
    var isSHA256: Bool { utf8.count == 64 && allSatisfy { $0.isHexDigit && !$0.isUppercase } }
}
