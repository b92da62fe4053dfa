import Autograd
import Configuration

/// Gradient descent, with momentum where asked.
public struct SGD: OptimizerSpec {
    public var common = OptimizerOptions()
    public var momentum = 0.0
    public var nesterov = false

    public static let type = "sgd"
    public static let summary = "Gradient descent, with momentum where asked."
    public static var fields: [Field<Self>] {
        commonFields + [
            .init(
                "momentum", \.momentum, "Part of the last step that stays in the next.", .range(0..<1)),
            .init("nesterov", \.nesterov, "Whether the gradient is followed beyond the momentum's step."),
        ]
    }

    public init() {}
    /// Momentum has Keras' form, in which the rate is part of the velocity; see `defaults` for PyTorch's.
    public init(learningRate: Double, momentum: Double = 0, nesterov: Bool = false) {
        common.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
    }

    public var complaints: [Complaint] {
        commonComplaints
            + (nesterov && momentum == 0 ? [Complaint("nesterov", "needs a momentum above 0, found 0")] : [])
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
