import Autograd
import Configuration
import Foundation

/// Tells the steps of a sequence apart by adding a vector to each.
public final class Positions: Layer {
    /// Where the vectors come from.
    public enum Kind: String, CaseIterable, ConfigurationValue {
        /// Sines and cosines of the step's number (Vaswani et al. 2017).
        case sinusoidal
        /// A trained vector for each step.
        case learned
    }

    /// The options: [time, channels] in the same shape.
    public struct Spec: LayerSpec {
        public var kind = Kind.sinusoidal
        public var steps: Int?

        public static let type = "positional_encoding"
        public static let summary = "Adds to each step of a sequence a vector that stands for its number."
        public static let fields: [Field<Self>] = [
            .init("kind", \.kind, "Where the vectors come from."),
            .init(
                "steps", \.steps,
                "For how many steps vectors are learned; those of the input where it is null.",
                .atLeast(1)),
        ]

        public init() {}
        /// Learned vectors are for as many steps as the input has.
        public init(_ kind: Kind) { self.kind = kind }

        public var complaints: [Complaint] {
            kind == .sinusoidal && steps != nil
                ? [Complaint("steps", "is for learned positions; sinusoidal ones need no number of steps")]
                : []
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard input.count == 2 else { throw needs("time, channels", input) }
            guard kind == .sinusoidal || input[0] <= steps ?? input[0] else {
                throw ShapeProblem(
                    "positions learns vectors for \(steps ?? 0) steps, found \(input[0]) steps")
            }
            return LayerPlan(
                output: input, parameters: kind == .learned ? product(steps ?? input[0], input[1]) : 0,
                multiplyAdds: input.reduce(1, *))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return Positions(self, steps: input[0], channels: input[1], generator)
        }
    }

    private let options: Spec
    /// [steps, channels], where they are learned.
    public let weight: Parameter?

    public var spec: any LayerSpec { options }
    public var members: [Member] { weight.map { [.parameter("weight", $0)] } ?? [] }

    /// Learned vectors are for `spec.steps` steps, or `steps` where that is nil; `generator` draws them.
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
            "positions: \(steps) steps, but vectors are learned for \(weight.shape[0])")
        return x.with(x.tensor + weight.tensor.slice(axis: 0, 0..<steps))
    }

    /// [steps, channels]: pairs of channels hold the sine and cosine of the step, slower from pair to pair.
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
