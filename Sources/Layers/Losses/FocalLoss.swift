import Autograd
import Configuration

/// Cross-entropy in which examples that are right already count less: (1 - p)^gamma (-log p) (Lin et al. 2017).
public struct FocalLoss: ClassWeightedLoss {
    public var gamma = 2.0
    public var classWeights: ClassWeights?
    public var labelSmoothing = 0.0

    public static let type = "focal"
    public static let summary = "Cross-entropy in which examples that are right already count less."
    public static let fields: [Field<Self>] =
        [.init("gamma", \.gamma, "How much less; 0 is cross-entropy.", .range(0...100))] + classFields

    public init() {}
    /// `gamma` is at least 0, where 0 is cross-entropy; all classes count alike.
    public init(gamma: Double) { self.gamma = gamma }

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
