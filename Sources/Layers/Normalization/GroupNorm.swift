import Autograd
import Configuration

/// Group normalization: normalizes groups of channels of each example, then scales and shifts them. Padding is ignored
/// and becomes zero.
public final class GroupNorm: Layer {
    /// The options: [..., channels]; the shape is kept, and the groups must divide the channels.
    public struct Spec: LayerSpec {
        public var groups = 8
        public var epsilon = 1e-5

        public static let type = "group_norm"
        public static let summary = "Group normalization."
        public static let fields: [Field<Self>] = [
            .init(
                "groups", \.groups,
                "Number of groups; as many groups as channels give instance normalization.",
                .atLeast(1)),
            .init(
                "epsilon", \.epsilon, "Added to the variance (Keras 1e-3, PyTorch 1e-5).", .range(1e-12...1)),
        ]

        public init() {}
        /// Creates the options with PyTorch's epsilon of 1e-5.
        public init(_ groups: Int) { self.groups = groups }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard let channels = input.last else { throw needs("..., channels", input) }
            guard channels % groups == 0 else {
                throw LayerError(
                    "group_norm cannot split \(channels) channels into \(groups) groups; use a number that divides them"
                )
            }
            return LayerPlan(output: input, parameters: 2 * channels, multiplyAdds: input.reduce(1, *))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return GroupNorm(self, channels: input[input.count - 1])
        }
    }

    private let options: Spec
    /// The scale and the shift, [channels]: "weight" and "bias" in files.
    public let gamma: Parameter, beta: Parameter

    public var spec: any LayerSpec { options }
    public var members: [Member] { weightAndBias(gamma, beta) }

    /// Creates a layer with scales of 1 and shifts of 0.
    public init(_ spec: Spec, channels: Int) {
        options = spec
        gamma = Parameter(.ones([channels]))
        beta = Parameter(.zeros([channels]))
    }

    /// Creates a layer that normalizes `groups` groups of channels; `groups` must divide `channels`.
    public convenience init(groups: Int, channels: Int) { self.init(Spec(groups), channels: channels) }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let steps = x.tensor.rank > 2 ? x.tensor.shape[1] : 0
        guard let lengths = x.lengths, x.mask != nil else { return x.with(normalized(x.tensor)) }
        // Each sequence separately, without its padding.
        let rows = lengths.enumerated().map { row, length in
            let rest = Array(repeating: 0, count: x.tensor.rank - 2)
            return normalized(x.tensor.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length))
                .padded(before: [0, 0] + rest, after: [0, steps - length] + rest)
        }
        return x.withClean(concatenate(rows, axis: 0))
    }

    private func normalized(_ x: Tensor) -> Tensor {
        groupNorm(
            x, groups: options.groups, gamma: gamma.tensor, beta: beta.tensor, epsilon: Real(options.epsilon))
    }
}
