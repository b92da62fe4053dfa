import Autograd
import Configuration

/// Mean absolute error.
public struct MeanAbsoluteErrorLoss: LossSpec {
    public static let type = "mean_absolute_error"
    public static let summary = "Mean absolute error."
    public static let fields: [Field<Self>] = []

    public init() {}

    public var scoresNumbers: Bool { true }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        (outputs - targets.values(like: outputs, "mean_absolute_error")).abs().meanOfExamples()
    }
}
