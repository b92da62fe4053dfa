import Autograd
import Configuration

/// Mean squared error.
public struct MeanSquaredErrorLoss: LossSpec {
    public static let type = "mean_squared_error"
    public static let summary = "Mean squared error."
    public static let fields: [Field<Self>] = []

    public init() {}

    public var scoresNumbers: Bool { true }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        meanSquaredError(
            outputs, targets: targets.values(like: outputs, "mean_squared_error"), reduction: .none
        )
        .meanOfExamples()
    }
}
