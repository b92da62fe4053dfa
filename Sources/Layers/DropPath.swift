import Autograd
import Configuration

/// Sets whole examples to zero at random in training and scales the others up (stochastic depth, Huang et al. 2016).
/// Meant for the end of a residual layer's body.
public final class DropPath: Layer {
    public struct Spec: LayerSpec {
        public var rate = 0.1

        public static let type = "drop_path"
        public static let summary = "Sets whole examples to zero at random in training (stochastic depth)."
        public static let fields: [Field<Self>] = [
            .init(
                "rate", \.rate, "Part of the examples that is set to zero.", .required, .atLeast(0), .below(1)
            )
        ]

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan { LayerPlan(output: input) }
        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            DropPath(self)
        }
    }

    private let options: Spec
    public var spec: any LayerSpec { options }
    public var members: [Member] { [] }

    public init(_ spec: Spec) { options = spec }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        x.with(dropPath(x.tensor, options.rate, pass))
    }
}

/// The tensor with whole examples set to zero, in training only.
func dropPath(_ x: Tensor, _ rate: Double, _ pass: Pass) -> Tensor {
    guard pass.isTraining, rate > 0, let generator = pass.generator else { return x }
    return dropout(x, probability: rate, sharedAxes: Array(1..<x.rank), using: generator)
}
