import Autograd
import Configuration

/// Adagrad (Duchi et al. 2011).
public struct Adagrad: OptimizerSpec {
    public var common = OptimizerOptions()
    public var epsilon: Double?
    public var epsilonInRoot: Bool?
    public var initialAccumulatorValue: Double?

    public static let type = "adagrad"
    public static let summary = "Adagrad: divides gradients by the root of the sum of their squares."
    public static var fields: [Field<Self>] {
        commonFields + [
            .init(
                "epsilon", \.epsilon,
                "Term added to the denominator for numerical stability (Keras 1e-07, PyTorch 1e-10).",
                .range(1e-16...1)),
            .init(
                "epsilon_in_root", \.epsilonInRoot,
                "Whether to add epsilon before taking the square root (Keras) or after it (PyTorch)."),
            .init(
                "initial_accumulator_value", \.initialAccumulatorValue,
                "Initial sum of squared gradients (Keras 0.1, PyTorch 0).",
                .range(0...1e6)),
        ]
    }

    public init() {}
    /// Creates the optimizer with the remaining hyperparameters of `defaults`.
    public init(learningRate: Double, defaults: Convention = .keras) {
        common.learningRate = learningRate
        common.defaults = defaults
    }

    public var slots: [String] { ["square"] }
    public func initial(_ slot: String) -> Real { Real(usedInitialAccumulatorValue) }
    public static func learningRate(_ convention: Convention) -> Double {
        convention.pick(keras: 0.001, pytorch: 0.01)
    }

    public func move(
        _ parameter: UnsafeMutablePointer<Real>, _ gradient: Tensor, _ state: ParameterState,
        _ step: ParameterStep
    ) {
        adagradStep(
            parameter, gradient, square: state[0], learningRate: step.learningRate,
            epsilon: usedEpsilon, epsilonInRoot: isInRoot, decay: step.decay)
    }

    public var resolved: Self {
        var result = withCommonNumbers
        (result.epsilon, result.epsilonInRoot, result.initialAccumulatorValue) = (
            usedEpsilon, isInRoot, usedInitialAccumulatorValue
        )
        return result
    }

    private var usedEpsilon: Double { epsilon ?? common.defaults.pick(keras: 1e-7, pytorch: 1e-10) }
    private var isInRoot: Bool { epsilonInRoot ?? (common.defaults == .keras) }
    private var usedInitialAccumulatorValue: Double {
        initialAccumulatorValue ?? common.defaults.pick(keras: 0.1, pytorch: 0)
    }
}
