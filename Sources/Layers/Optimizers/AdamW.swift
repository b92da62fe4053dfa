import Autograd
import Configuration

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
public struct AdamW: AdamKind {
    public var common = OptimizerOptions()
    public var moments = AdamMoments()

    public static let type = "adamw"
    public static let summary = "Adam with decoupled weight decay."
    public static var fields: [Field<Self>] { adamFields }

    public init() {}
    /// Creates the optimizer. The weight decay defaults to 0.004 (Keras) or 0.01 (PyTorch).
    public init(learningRate: Double, weightDecay: Double? = nil, defaults: Convention = .keras) {
        common.learningRate = learningRate
        common.weightDecay = weightDecay
        common.defaults = defaults
    }

    public static func weightDecay(_ convention: Convention) -> Double {
        convention.pick(keras: 0.004, pytorch: 0.01)
    }
    public var isDecoupled: Bool { true }
}
