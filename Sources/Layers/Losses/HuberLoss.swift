import Autograd
import Configuration

/// Huber loss: quadratic up to `delta`, linear beyond.
public struct HuberLoss: LossSpec {
    public var delta = 1.0

    public static let type = "huber"
    public static let summary = "Huber loss: quadratic for small errors, linear for large ones."
    public static let fields: [Field<Self>] = [
        .init(
            "delta", \.delta, "Error at which the loss changes from quadratic to linear.", .range(1e-6...1e6))
    ]

    public init() {}
    /// Creates the loss. `delta` must be positive; 1 is the default of Keras and PyTorch.
    public init(delta: Double) { self.delta = delta }

    public var scoresNumbers: Bool { true }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        huberLoss(
            outputs, targets: targets.values(like: outputs, "huber"), delta: Real(delta), reduction: .none
        ).meanOfExamples()
    }
}
