import Autograd
import Configuration

/// The cross-entropy of sigmoid(outputs) with 0, 1 or probabilities, for each output by itself.
public struct BinaryLoss: LossSpec {
    public var positiveWeight = 1.0
    public var labelSmoothing = 0.0

    public static let type = "binary_cross_entropy"
    public static let summary = "Cross-entropy of the sigmoid of each output with a target of 0 or 1."
    public static let fields: [Field<Self>] = [
        .init(
            "positive_weight", \.positiveWeight, "How much a target of 1 counts beside one of 0.",
            .range(1e-6...1e6)),
        .init(
            "label_smoothing", \.labelSmoothing, "Targets move by half of it towards one half.", .range(0...1)
        ),
    ]

    public init() {}

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        var target = targets.values(like: outputs, "binary_cross_entropy")
        if labelSmoothing > 0 { target = target * Real(1 - labelSmoothing) + Real(labelSmoothing / 2) }
        let losses =
            positiveWeight == 1
            ? sigmoidBinaryCrossEntropy(outputs, targets: target, reduction: .none)
            : (1 - target) * outputs - (1 + Real(positiveWeight - 1) * target) * outputs.logSigmoid()
        return losses.meanOfExamples()
    }
}

/// The mean of squared differences.
public struct MeanSquaredLoss: LossSpec {
    public static let type = "mean_squared_error"
    public static let summary = "Mean of squared differences."
    public static let fields: [Field<Self>] = []

    public init() {}

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        meanSquaredError(
            outputs, targets: targets.values(like: outputs, "mean_squared_error"), reduction: .none
        )
        .meanOfExamples()
    }
}

/// The mean of absolute differences.
public struct MeanAbsoluteLoss: LossSpec {
    public static let type = "mean_absolute_error"
    public static let summary = "Mean of absolute differences."
    public static let fields: [Field<Self>] = []

    public init() {}

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        (outputs - targets.values(like: outputs, "mean_absolute_error")).abs().meanOfExamples()
    }
}

/// Half the squares of small differences and a straight line beyond `delta`.
public struct HuberLoss: LossSpec {
    public var delta = 1.0

    public static let type = "huber"
    public static let summary = "Squared for small differences, absolute for large ones."
    public static let fields: [Field<Self>] = [
        .init("delta", \.delta, "Differences up to this are squared.", .range(1e-6...1e6))
    ]

    public init() {}
    /// `delta` has to be above 0; 1 is the default of Keras and PyTorch.
    public init(delta: Double) { self.delta = delta }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        huberLoss(
            outputs, targets: targets.values(like: outputs, "huber"), delta: Real(delta), reduction: .none
        ).meanOfExamples()
    }
}
