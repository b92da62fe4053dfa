import Autograd
import Configuration

/// Every element moves by the rate in the direction that its momentum has (Chen et al. 2023). The decay shrinks the
/// parameters themselves.
public struct Lion: OptimizerSpec {
    public var common = OptimizerOptions()
    public var beta1 = 0.9
    public var beta2 = 0.99

    public static let type = "lion"
    public static let summary = "Steps of one length in the direction of the momentum."
    public static var fields: [Field<Self>] {
        commonFields + [
            .init(
                "beta1", \.beta1, "Part of the momentum in the direction of a step.", .range(0..<1)),
            .init("beta2", \.beta2, "Part of the momentum that stays after a step.", .range(0..<1)),
        ]
    }

    public init() {}
    /// The decay is 0 where it is nil.
    public init(learningRate: Double, weightDecay: Double? = nil) {
        common.learningRate = learningRate
        common.weightDecay = weightDecay
    }

    public var slots: [String] { ["momentum"] }
    /// PyTorch has no Lion; its place has the authors' number.
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
