import Autograd
import Configuration

/// Cross-entropy between softmax(outputs) and classes or probabilities (soft labels, mixup).
public struct CrossEntropyLoss: ClassWeightedLoss {
    public var classWeights: ClassWeights?
    public var labelSmoothing = 0.0
    public var meanOver = MeanOver.weights

    /// The divisor of the mean of weighted losses.
    public enum MeanOver: String, CaseIterable, ConfigurationValue {
        /// The sum of the weights (PyTorch).
        case weights
        /// The number of examples (Keras).
        case examples
    }

    public static let type = "cross_entropy"
    public static let summary = "Softmax cross-entropy."
    public static let fields: [Field<Self>] =
        classFields + [
            .init(
                "mean_over", \.meanOver,
                "Whether the mean of weighted losses divides by the sum of the weights (PyTorch) or the number of examples (Keras)."
            )
        ]

    public init() {}
    /// Creates the loss with one weight per class, or equal weights if nil. The mean divides by the weights, as in PyTorch.
    public init(classWeights: [Double]? = nil, labelSmoothing: Double = 0) {
        self.classWeights = classWeights.map { .second($0) }
        self.labelSmoothing = labelSmoothing
    }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        value(outputs, targets, .none).meanOfExamples()
    }

    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        meanOver == .weights ? value(outputs, targets, .mean) : each(outputs, targets).mean()
    }

    public func weight(_ outputs: Tensor, _ targets: Targets) -> Double {
        let examples = Double(outputs.shape.dropLast().reduce(1, *))
        return meanOver == .weights ? classWeights.total(targets, "cross_entropy") ?? examples : examples
    }

    private func value(_ outputs: Tensor, _ targets: Targets, _ reduction: Reduction) -> Tensor {
        let weights = classWeights.tensor("cross_entropy")
        switch targets {
        case .classes(let classes):
            return softmaxCrossEntropy(
                outputs, targets: classes, classWeights: weights, labelSmoothing: Real(labelSmoothing),
                reduction: reduction)
        case .values(let values):
            return softmaxCrossEntropy(
                outputs, targets: values, classWeights: weights, labelSmoothing: Real(labelSmoothing),
                reduction: reduction)
        }
    }
}
