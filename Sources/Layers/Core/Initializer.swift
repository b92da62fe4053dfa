import Autograd
import Configuration
import Foundation

/// How the weights of a layer begin. In JSON a word, such as "he_normal", or one of the forms with a number:
/// `{"type": "constant", "value": 0.1}`.
public enum Initializer: Sendable, Equatable {
    /// Keras' default: `glorotUniform` for kernels, `orthogonal` for the weights of a state, within 0.05 for embeddings,
    /// zeros for biases.
    case keras
    /// PyTorch's default: uniform within 1 / sqrt(in) for weights and biases, where a recurrent layer counts its units
    /// instead; normal for embeddings.
    case torch
    /// Uniform within sqrt(6 / (in + out)) (Glorot and Bengio 2010).
    case glorotUniform
    /// Normal with variance 2 / (in + out), cut at two deviations.
    case glorotNormal
    /// Uniform within sqrt(6 / in), for ReLU (He et al. 2015).
    case heUniform
    /// Normal with variance 2 / in, cut at two deviations.
    case heNormal
    /// Normal with variance 2 / out, cut at two deviations: convolutions before ReLU, by their outputs.
    case heNormalOut
    /// Uniform within sqrt(3 / in).
    case lecunUniform
    /// Normal with variance 1 / in, cut at two deviations.
    case lecunNormal
    /// Rows or columns at right angles and of length 1 (Saxe et al. 2014).
    case orthogonal
    case zeros
    case ones
    case constant(Double)
    /// Uniform from minus this to this.
    case uniform(Double)
    /// Normal with this deviation.
    case normal(Double)
    /// Normal, cut at two deviations. The word alone means a deviation of 0.02.
    case truncatedNormal(Double)

    /// What weights are for, which the defaults of the frameworks depend on.
    public enum Role: Sendable {
        case kernel, bias, embedding
        /// The weights of a recurrent layer's state.
        case state
    }

    /// Weights of the given shape.
    ///
    /// - Parameters:
    ///   - fanIn: how many inputs one output sees.
    ///   - fanOut: how many outputs one input goes into.
    public func make(
        _ shape: [Int], fanIn: Int, fanOut: Int, for role: Role = .kernel, _ generator: RandomGenerator
    ) -> Tensor {
        let (inputs, outputs) = (Double(max(fanIn, 1)), Double(max(fanOut, 1)))
        // Cutting at two deviations takes variance away; the factor gives it back.
        func cut(_ variance: Double) -> Initializer {
            .truncatedNormal(variance.squareRoot() / 0.879_625_661_034_239_78)
        }
        func made(_ other: Initializer) -> Tensor {
            other.make(shape, fanIn: fanIn, fanOut: fanOut, for: role, generator)
        }
        switch self {
        case .keras:
            switch role {
            case .kernel: return made(.glorotUniform)
            case .state: return made(.orthogonal)
            case .embedding: return made(.uniform(0.05))
            case .bias: return made(.zeros)
            }
        case .torch: return made(role == .embedding ? .normal(1) : .uniform(1 / inputs.squareRoot()))
        case .glorotUniform: return made(.uniform((6 / (inputs + outputs)).squareRoot()))
        case .glorotNormal: return made(cut(2 / (inputs + outputs)))
        case .heUniform: return made(.uniform((6 / inputs).squareRoot()))
        case .heNormal: return made(cut(2 / inputs))
        case .heNormalOut: return made(cut(2 / outputs))
        case .lecunUniform: return made(.uniform((3 / inputs).squareRoot()))
        case .lecunNormal: return made(cut(1 / inputs))
        case .orthogonal: return orthonormal(shape, generator)
        case .zeros: return .zeros(shape)
        case .ones: return .ones(shape)
        case .constant(let value): return .full(shape, Real(value))
        case .uniform(let limit): return .uniform(shape, Real(-limit), Real(limit), using: generator)
        case .normal(let deviation):
            return .normal(shape, mean: 0, deviation: Real(deviation), using: generator)
        case .truncatedNormal(let deviation):
            return .truncatedNormal(shape, mean: 0, deviation: Real(deviation), using: generator)
        }
    }
}

extension Initializer: ConfigurationValue {
    private static let words: [(word: String, meaning: Initializer)] = [
        ("keras", .keras), ("torch", .torch), ("glorot_uniform", .glorotUniform),
        ("glorot_normal", .glorotNormal), ("he_uniform", .heUniform), ("he_normal", .heNormal),
        ("he_normal_out", .heNormalOut), ("lecun_uniform", .lecunUniform), ("lecun_normal", .lecunNormal),
        ("orthogonal", .orthogonal), ("truncated_normal", .truncatedNormal(0.02)), ("zeros", .zeros),
        ("ones", .ones),
    ]

    /// A form with a number.
    private struct Scaled: Options {
        enum Form: String, CaseIterable, ConfigurationValue {
            case constant, uniform, normal
            case truncatedNormal = "truncated_normal"
        }

        var form = Form.constant
        var value = 0.0

        static let summary = "How weights begin, by a number."
        static let fields: [Field<Self>] = [
            .init("type", \.form, "What the number means.", .required),
            .init(
                "value", \.value, "The constant, the largest number, or the standard deviation.", .required,
                .range(-1e6...1e6)),
        ]

        var complaints: [Complaint] {
            form == .constant || value >= 0 ? [] : [Complaint("value", "expected at least 0, found \(value)")]
        }

        var initializer: Initializer {
            switch form {
            case .constant: .constant(value)
            case .uniform: .uniform(value)
            case .normal: .normal(value)
            case .truncatedNormal: .truncatedNormal(value)
            }
        }
    }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Initializer? {
        if json.members != nil { return Scaled.decode(json, context)?.initializer }
        if let found = words.first(where: { $0.word == json.text }) { return found.meaning }
        let meant = json.text.flatMap { Suggestion.closest(to: $0, among: words.map(\.word)) }
        context.mismatch(json, allowed, hint: meant.map { "; did you mean \"\($0)\"?" } ?? "")
        return nil
    }

    public func encode() -> JSONValue {
        if let known = Self.words.first(where: { $0.meaning == self }) { return JSONValue(.text(known.word)) }
        var scaled = Scaled()
        switch self {
        case .constant(let value): (scaled.form, scaled.value) = (.constant, value)
        case .uniform(let value): (scaled.form, scaled.value) = (.uniform, value)
        case .normal(let value): (scaled.form, scaled.value) = (.normal, value)
        case .truncatedNormal(let value): (scaled.form, scaled.value) = (.truncatedNormal, value)
        default: break
        }
        return scaled.encode()
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        let known = words.map { JSONValue(.text($0.word)) }
        return ["anyOf": [["enum": JSONValue(.list(known))], Scaled.schema(book)]]
    }

    public static var allowed: String {
        words.map { "\"\($0.word)\"" }.joined(separator: ", ")
            + #" or a number's form such as {"type": "constant", "value": 0.1}"#
    }

    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil || json.members != nil }
}
