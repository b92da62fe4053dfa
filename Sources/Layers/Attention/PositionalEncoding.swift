import Autograd
import Configuration
import Foundation

/// Adds a positional encoding to each step of a sequence.
public final class PositionalEncoding: Layer {
    /// The kind of encoding.
    public enum Kind: String, CaseIterable, ConfigurationValue {
        /// Sines and cosines of the position (Vaswani et al. 2017).
        case sinusoidal
        /// A trainable vector for each position.
        case learned
    }

    /// The options: [time, channels]; the shape is kept.
    public struct Spec: LayerSpec {
        public var kind = Kind.sinusoidal
        public var steps: Int?

        public static let type = "positional_encoding"
        public static let summary = "Adds a positional encoding to each step of a sequence."
        public static let fields: [Field<Self>] = [
            .init("kind", \.kind, "Whether the encoding is sinusoidal or learned."),
            .init(
                "steps", \.steps,
                "Maximum number of steps of a learned encoding; `null` uses the length of the input.",
                .atLeast(1)),
        ]

        public init() {}
        /// Creates the options. A learned encoding covers the length of the input.
        public init(_ kind: Kind) { self.kind = kind }

        public var validationIssues: [ValidationIssue] {
            kind == .sinusoidal && steps != nil
                ? [ValidationIssue("steps", "applies to learned encodings only; remove it")]
                : []
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard input.count == 2 else { throw needs("time, channels", input) }
            guard kind == .sinusoidal || input[0] <= steps ?? input[0] else {
                throw LayerError(
                    "positional_encoding has learned vectors for \(steps ?? 0) steps, but its input has \(input[0]) steps"
                )
            }
            return LayerPlan(
                output: input, parameters: kind == .learned ? product(steps ?? input[0], input[1]) : 0,
                multiplyAdds: input.reduce(1, *))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return PositionalEncoding(self, steps: input[0], channels: input[1], generator)
        }
    }

    private let options: Spec
    /// The learned encoding, [steps, channels]; nil if sinusoidal.
    public let weight: Parameter?

    public var spec: any LayerSpec { options }
    public var members: [Member] { weight.map { [.parameter("weight", $0)] } ?? [] }

    /// Creates a layer. A learned encoding has `spec.steps` steps, or `steps` if that is nil, and is drawn from
    /// `generator`.
    public init(_ spec: Spec, steps: Int, channels: Int, _ generator: RandomGenerator) {
        options = spec
        weight =
            spec.kind == .learned
            ? Parameter(
                Initializer.truncatedNormal(0.02).make(
                    [spec.steps ?? steps, channels], fanIn: channels, fanOut: channels,
                    generator.split("weight")))
            : nil
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let (steps, channels) = (x.tensor.shape[1], x.tensor.shape[2])
        guard let weight else { return x.with(x.tensor + Self.sinusoidal(steps, channels)) }
        require(
            steps <= weight.shape[0],
            "positional_encoding: \(steps) steps, but the learned encoding has \(weight.shape[0])")
        return x.with(x.tensor + weight.tensor.slice(axis: 0, 0..<steps))
    }

    /// Returns the sinusoidal encoding, [steps, channels]: each pair of channels holds a sine and a cosine.
    static func sinusoidal(_ steps: Int, _ channels: Int) -> Tensor {
        Tensor(shape: [steps, channels]) { p in
            for channel in 0..<channels {
                let rate = Foundation.pow(10_000, -Double(channel / 2 * 2) / Double(channels))
                for step in 0..<steps {
                    let angle = Double(step) * rate
                    p[step * channels + channel] = Real(
                        channel % 2 == 0 ? Foundation.sin(angle) : Foundation.cos(angle))
                }
            }
        }
    }
}
