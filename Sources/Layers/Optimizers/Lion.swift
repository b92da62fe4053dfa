import Autograd
import Configuration

/// Lion: sign-based updates with momentum and decoupled weight decay (Chen et al. 2023).
public struct Lion: OptimizerSpec {
    public var common = OptimizerOptions()
    public var beta1 = 0.9
    public var beta2 = 0.99

    public static let type = "lion"
    public static let summary = "Lion: sign-based updates with momentum and decoupled weight decay."
    public static var fields: [Field<Self>] {
        commonFields + [
            .init(
                "beta1", \.beta1, "Weight of the momentum in the update direction.", .range(0..<1)),
            .init("beta2", \.beta2, "Decay rate of the momentum.", .range(0..<1)),
        ]
    }

    public init() {}
    /// Creates the optimizer. The weight decay defaults to 0.
    public init(learningRate: Double, weightDecay: Double? = nil) {
        common.learningRate = learningRate
        common.weightDecay = weightDecay
    }

    public var slots: [String] { ["momentum"] }
    /// PyTorch has no Lion; its default is that of the authors.
    public static func learningRate(_ convention: Convention) -> Double {
        convention.pick(keras: 0.001, pytorch: 0.0001)
    }

    public var isDecoupled: Bool { true }

    public func move(
        _ parameter: UnsafeMutablePointer<Real>, _ gradient: Tensor, _ state: ParameterState,
        _ step: ParameterStep
    ) {
        lionStep(
            parameter, gradient, first: state[0], learningRate: step.learningRate, beta1: beta1, beta2: beta2,
            decay: step.decay)
    }
}
