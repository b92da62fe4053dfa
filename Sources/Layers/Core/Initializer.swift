import Autograd
import Configuration
import Foundation

/// An initializer of weights. In JSON it is a name, such as "he_normal", or an object with a parameter:
/// `{"type": "constant", "value": 0.1}`.
public enum Initializer: Sendable, Equatable {
    /// Keras' defaults: `glorotUniform` for kernels, `orthogonal` for recurrent weights, uniform in [-0.05, 0.05] for
    /// embeddings, zeros for biases.
    case keras
    /// PyTorch's defaults: uniform with limit 1 / sqrt(fan_in) for weights and biases (1 / sqrt(units) in recurrent
    /// layers), standard normal for embeddings.
    case torch
    /// Uniform with limit sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).
    case glorotUniform
    /// Normal with variance 2 / (fan_in + fan_out), truncated at two standard deviations.
    case glorotNormal
    /// Uniform with limit sqrt(6 / fan_in), for ReLU (He et al. 2015).
    case heUniform
    /// Normal with variance 2 / fan_in, truncated at two standard deviations.
    case heNormal
    /// Normal with variance 2 / fan_out, truncated at two standard deviations.
    case heNormalOut
    /// Uniform with limit sqrt(3 / fan_in).
    case lecunUniform
    /// Normal with variance 1 / fan_in, truncated at two standard deviations.
    case lecunNormal
    /// A random matrix with orthonormal rows or columns (Saxe et al. 2014).
    case orthogonal
    case zeros
    case ones
    case constant(Double)
    /// Uniform between plus and minus this limit.
    case uniform(Double)
    /// Normal with this standard deviation.
    case normal(Double)
    /// Normal with this standard deviation, truncated at two standard deviations. The name alone means 0.02.
    case truncatedNormal(Double)

    /// The role of a weight tensor, on which the frameworks' defaults depend.
    public enum Role: Sendable {
        case kernel, bias, embedding
        /// The recurrent weights of a recurrent layer.
        case state
    }

    /// Returns initial weights of the given shape.
    ///
    /// - Parameters:
    ///   - fanIn: The number of inputs of each output.
    ///   - fanOut: The number of outputs of each input.
    public func make(
        _ shape: [Int], fanIn: Int, fanOut: Int, for role: Role = .kernel, _ generator: RandomGenerator
    ) -> Tensor {
        let (inputs, outputs) = (Double(max(fanIn, 1)), Double(max(fanOut, 1)))
        // The factor restores the variance that truncation removes.
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
        case .zeros: return .unbackedZeros(shape)
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

    /// An initializer with a parameter.
    private struct Scaled: Options {
        enum Form: String, CaseIterable, ConfigurationValue {
            case constant, uniform, normal
            case truncatedNormal = "truncated_normal"
        }

        var form = Form.constant
        var value = 0.0

        static let summary = "Initializer with a parameter."
        static let fields: [Field<Self>] = [
            .init("type", \.form, "Type of the initializer.", .required),
            .init(
                "value", \.value, "Constant value, limit of the uniform distribution, or standard deviation.",
                .required,
                .range(-1e6...1e6)),
        ]

        var validationIssues: [ValidationIssue] {
            form == .constant || value >= 0
                ? [] : [ValidationIssue("value", "expected at least 0, found \(value)")]
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
            + #" or an object such as {"type": "constant", "value": 0.1}"#
    }

    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil || json.members != nil }
}
