import Autograd
import Configuration

/// RMSprop (Tieleman and Hinton 2012).
public struct RMSprop: OptimizerSpec {
    public var common = OptimizerOptions()
    public var alpha: Double?
    public var epsilon: Double?
    public var epsilonInRoot: Bool?
    public var momentum = 0.0
    public var centered = false

    public static let type = "rmsprop"
    public static let summary = "RMSprop: divides gradients by the root of their mean square."
    public static var fields: [Field<Self>] {
        commonFields + [
            .init(
                "alpha", \.alpha, "Decay rate of the mean squared gradient (Keras 0.9, PyTorch 0.99).",
                .range(0..<1)),
            .init(
                "epsilon", \.epsilon,
                "Term added to the denominator for numerical stability (Keras 1e-07, PyTorch 1e-08).",
                .range(1e-16...1)),
            .init(
                "epsilon_in_root", \.epsilonInRoot,
                "Whether to add epsilon before taking the square root (Keras) or after it (PyTorch)."),
            .init(
                "momentum", \.momentum, "Momentum factor.", .range(0..<1)),
            .init(
                "centered", \.centered,
                "Whether to divide by the variance of the gradients instead of their mean square."),
        ]
    }

    public init() {}
    /// Creates the optimizer without momentum, with the alpha and epsilon of `defaults`.
    public init(learningRate: Double, defaults: Convention = .keras) {
        common.learningRate = learningRate
        common.defaults = defaults
    }

    public var slots: [String] {
        ["square"] + (centered ? ["mean"] : []) + (momentum > 0 ? ["velocity"] : [])
    }
    public static func learningRate(_ convention: Convention) -> Double {
        convention.pick(keras: 0.001, pytorch: 0.01)
    }

    public func move(
        _ parameter: UnsafeMutablePointer<Real>, _ gradient: Tensor, _ state: ParameterState,
        _ step: ParameterStep
    ) {
        rmspropStep(
            parameter, gradient, square: state[0], mean: centered ? state[1] : nil,
            velocity: momentum > 0 ? state[centered ? 2 : 1] : nil, learningRate: step.learningRate,
            alpha: usedAlpha, epsilon: usedEpsilon, epsilonInRoot: isInRoot, momentum: momentum,
            storesSteps: common.defaults == .keras, decay: step.decay)
    }

    public var resolved: Self {
        var result = withCommonNumbers
        (result.alpha, result.epsilon, result.epsilonInRoot) = (usedAlpha, usedEpsilon, isInRoot)
        return result
    }

    private var usedAlpha: Double { alpha ?? common.defaults.pick(keras: 0.9, pytorch: 0.99) }
    private var usedEpsilon: Double { epsilon ?? common.defaults.pick(keras: 1e-7, pytorch: 1e-8) }
    private var isInRoot: Bool { epsilonInRoot ?? (common.defaults == .keras) }
}
