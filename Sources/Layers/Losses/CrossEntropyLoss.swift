import Autograd
import Configuration

/// The cross-entropy of softmax(outputs) with classes or with probabilities (soft labels, mixup).
public struct CrossEntropyLoss: ClassWeightedLoss {
    public var classWeights: ClassWeights?
    public var labelSmoothing = 0.0
    public var meanOver = MeanOver.weights

    /// What the mean divides by where classes have weights.
    public enum MeanOver: String, CaseIterable, ConfigurationValue {
        /// The sum of the weights (PyTorch).
        case weights
        /// The number of examples (Keras).
        case examples
    }

    public static let type = "cross_entropy"
    public static let summary = "Cross-entropy of the softmax of the outputs."
    public static let fields: [Field<Self>] =
        classFields + [
            .init(
                "mean_over", \.meanOver,
                "Whether the mean of weighted losses divides by their weights (PyTorch) or by the examples (Keras)."
            )
        ]

    public init() {}
    /// One weight for each class, nil for all alike; the mean divides by the weights as in PyTorch.
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
