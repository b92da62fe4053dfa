import Autograd
import Configuration

/// Stochastic gradient descent with optional momentum.
public struct SGD: OptimizerSpec {
    public var common = OptimizerOptions()
    public var momentum = 0.0
    public var nesterov = false

    public static let type = "sgd"
    public static let summary = "Stochastic gradient descent with optional momentum."
    public static var fields: [Field<Self>] {
        commonFields + [
            .init(
                "momentum", \.momentum, "Momentum factor.", .range(0..<1)),
            .init("nesterov", \.nesterov, "Whether to use Nesterov momentum."),
        ]
    }

    public init() {}
    /// Creates the optimizer. Momentum has Keras' form, in which the velocity includes the learning rate; set `defaults`
    /// for PyTorch's.
    public init(learningRate: Double, momentum: Double = 0, nesterov: Bool = false) {
        common.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
    }

    public var validationIssues: [ValidationIssue] {
        commonComplaints
            + (nesterov && momentum == 0
                ? [ValidationIssue("nesterov", "requires \"momentum\" above 0, found 0")] : [])
    }

    public var slots: [String] { momentum > 0 ? ["velocity"] : [] }
    public static func learningRate(_ convention: Convention) -> Double {
        convention.pick(keras: 0.01, pytorch: 0.001)
    }

    public func move(
        _ parameter: UnsafeMutablePointer<Real>, _ gradient: Tensor, _ state: ParameterState,
        _ step: ParameterStep
    ) {
        sgdStep(
            parameter, gradient, velocity: momentum > 0 ? state[0] : nil, learningRate: step.learningRate,
            momentum: momentum, nesterov: nesterov, storesSteps: common.defaults == .keras, decay: step.decay)
    }
}
