import Autograd
import Configuration

/// Groups of channels of each example brought to mean 0 and variance 1, then scaled and shifted. Padding behind a
/// sequence's length takes no part and becomes zero.
public final class GroupNorm: Layer {
    /// The options: [..., channels] in the same shape; the groups have to divide the channels.
    public struct Spec: LayerSpec {
        public var groups = 8
        public var epsilon = 1e-5

        public static let type = "group_norm"
        public static let summary = "Groups of channels of each example normalised by themselves."
        public static let fields: [Field<Self>] = [
            .init(
                "groups", \.groups, "How many; as many as channels is instance normalisation.", .atLeast(1)),
            .init(
                "epsilon", \.epsilon, "Added to the variance (Keras 1e-3, PyTorch 1e-5).", .range(1e-12...1)),
        ]

        public init() {}
        /// Epsilon is PyTorch's 1e-5.
        public init(_ groups: Int) { self.groups = groups }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard let channels = input.last else { throw needs("..., channels", input) }
            guard channels % groups == 0 else {
                throw ShapeProblem(
                    "group_norm cannot split \(channels) channels into \(groups) groups; use a number that divides them"
                )
            }
            return LayerPlan(output: input, parameters: 2 * channels, multiplyAdds: input.reduce(1, *))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return GroupNorm(self, channels: input[input.count - 1])
        }
    }

    private let options: Spec
    /// Factor and shift, [channels]: "weight" and "bias" in files.
    public let gamma: Parameter, beta: Parameter

    public var spec: any LayerSpec { options }
    public var members: [Member] { weightAndBias(gamma, beta) }

    /// Factors of 1 and shifts of 0.
    public init(_ spec: Spec, channels: Int) {
        options = spec
        gamma = Parameter(.ones([channels]))
        beta = Parameter(.zeros([channels]))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let steps = x.tensor.rank > 2 ? x.tensor.shape[1] : 0
        guard let lengths = x.lengths, x.mask != nil else { return x.with(normalised(x.tensor)) }
        // Every sequence by itself, as long as it is.
        let rows = lengths.enumerated().map { row, length in
            let rest = Array(repeating: 0, count: x.tensor.rank - 2)
            return normalised(x.tensor.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length))
                .padded(before: [0, 0] + rest, after: [0, steps - length] + rest)
        }
        return x.withClean(concatenate(rows, axis: 0))
    }

    private func normalised(_ x: Tensor) -> Tensor {
        groupNorm(
            x, groups: options.groups, gamma: gamma.tensor, beta: beta.tensor, epsilon: Real(options.epsilon))
    }
}
