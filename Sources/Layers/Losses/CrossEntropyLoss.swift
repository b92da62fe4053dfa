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
    public static let fields: [Field<Self>] = [
        .init(
            "class_weights", \.classWeights,
            "How much each class counts: numbers, or \"balanced\" for n / (classes * count) on the training part."
        ),
        .init(
            "label_smoothing", \.labelSmoothing, "Part of each target spread over all classes.", .range(0...1)
        ),
        .init(
            "mean_over", \.meanOver,
            "Whether the mean of weighted losses divides by their weights (PyTorch) or by the examples (Keras)."
        ),
    ]

    public init() {}
    /// One weight for each class, nil for all alike; the mean divides by the weights as in PyTorch.
    public init(classWeights: [Double]? = nil, labelSmoothing: Double = 0) {
        self.classWeights = classWeights.map { .second($0) }
        self.labelSmoothing = labelSmoothing
    }

    public var complaints: [Complaint] { classWeights.complaints }
    public func check(_ output: [Int]) throws(ShapeProblem) { try classWeights.check(output, Self.type) }

    public func fitted(classCounts: [Int]) -> Self {
        var fitted = self
        fitted.classWeights = classWeights.fitted(classCounts)
        return fitted
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

/// Cross-entropy in which examples that are right already count less: (1 - p)^gamma (-log p) (Lin et al. 2017).
public struct FocalLoss: ClassWeightedLoss {
    public var gamma = 2.0
    public var classWeights: ClassWeights?
    public var labelSmoothing = 0.0

    public static let type = "focal"
    public static let summary = "Cross-entropy in which examples that are right already count less."
    public static let fields: [Field<Self>] = [
        .init("gamma", \.gamma, "How much less; 0 is cross-entropy.", .atLeast(0)),
        .init(
            "class_weights", \.classWeights,
            "How much each class counts: numbers, or \"balanced\" for n / (classes * count) on the training part."
        ),
        .init(
            "label_smoothing", \.labelSmoothing, "Part of each target spread over all classes.", .range(0...1)
        ),
    ]

    public init() {}
    /// `gamma` is at least 0, where 0 is cross-entropy; all classes count alike.
    public init(gamma: Double) { self.gamma = gamma }

    public var complaints: [Complaint] { classWeights.complaints }
    public func check(_ output: [Int]) throws(ShapeProblem) { try classWeights.check(output, Self.type) }

    public func fitted(classCounts: [Int]) -> Self {
        var fitted = self
        fitted.classWeights = classWeights.fitted(classCounts)
        return fitted
    }

    /// Each class costs its target's share of (1 - p)^gamma (-log p), times its weight.
    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        let classes = outputs.shape.last ?? 0
        var shares = targets.probabilities(of: classes)
        require(
            shares.shape == outputs.shape,
            "focal: targets of shape \(shares.shape) for outputs of shape \(outputs.shape)")
        if labelSmoothing > 0 {
            shares = shares * Real(1 - labelSmoothing) + Real(labelSmoothing / Double(classes))
        }
        if let weights = classWeights.tensor("focal") { shares = shares * weights }
        let logP = outputs.logSoftmax(axis: -1)
        var cost = shares * logP
        // At p = 1 the power has no gradient for gamma below 1; log p is 0 there, so a bound changes nothing.
        if gamma > 0 { cost = cost * (1 - logP.exp()).clipped(min: 1e-8).pow(Real(gamma)) }
        return (-cost.sum(axes: [-1])).meanOfExamples()
    }
}

/// How far softmax(outputs) is from target probabilities: sum t (log t - log p).
public struct KLLoss: LossSpec {
    public var temperature = 1.0

    public static let type = "kl"
    public static let summary =
        "Kullback-Leibler divergence of the softmax of the outputs from target probabilities."
    public static let fields: [Field<Self>] = [
        .init(
            "temperature", \.temperature,
            "Outputs are divided by it and the loss multiplied by its square (distillation, Hinton et al. 2015).",
            .above(0))
    ]

    public init() {}

    public func check(_ output: [Int]) throws(ShapeProblem) {
        try (nil as ClassWeights?).check(output, Self.type)
    }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        let target = targets.probabilities(of: outputs.shape.last ?? 0)
        require(
            target.shape == outputs.shape,
            "kl: targets of shape \(target.shape) for outputs of shape \(outputs.shape)")
        let logP = (outputs / Real(temperature)).logSoftmax(axis: -1)
        // 0 log 0 is 0.
        let logT = choose(greater(target, 0), target, 1).log()
        return ((target * (logT - logP)).sum(axes: [-1]) * Real(temperature * temperature)).meanOfExamples()
    }
}
