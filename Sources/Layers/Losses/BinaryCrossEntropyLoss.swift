import Autograd
import Configuration

/// Binary cross-entropy between sigmoid(outputs) and targets in [0, 1], for each output independently.
public struct BinaryCrossEntropyLoss: LossSpec {
    public var positiveWeight = 1.0
    public var labelSmoothing = 0.0

    public static let type = "binary_cross_entropy"
    public static let summary = "Binary cross-entropy of the sigmoid of each output."
    public static let fields: [Field<Self>] = [
        .init(
            "positive_weight", \.positiveWeight, "Weight of positive targets relative to negative ones.",
            .range(1e-6...1e6)),
        .init(
            "label_smoothing", \.labelSmoothing, "Label smoothing: moves the targets towards 0.5.",
            .range(0...1)
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
