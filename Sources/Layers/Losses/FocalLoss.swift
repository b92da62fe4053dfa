import Autograd
import Configuration

/// Focal loss: cross-entropy that down-weights well-classified examples, (1 - p)^gamma (-log p) (Lin et al. 2017).
public struct FocalLoss: ClassWeightedLoss {
    public var gamma = 2.0
    public var classWeights: ClassWeights?
    public var labelSmoothing = 0.0

    public static let type = "focal"
    public static let summary = "Focal loss: cross-entropy that down-weights well-classified examples."
    public static let fields: [Field<Self>] =
        [.init("gamma", \.gamma, "Focusing exponent; 0 gives cross-entropy.", .range(0...100))] + classFields

    public init() {}
    /// Creates the loss with equal class weights. `gamma` must be at least 0; 0 gives cross-entropy.
    public init(gamma: Double) { self.gamma = gamma }

    /// The loss of each example: the sum over classes of target * (1 - p)^gamma (-log p) * class weight.
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
        // The bound avoids an infinite gradient at p = 1 for gamma < 1; log p is 0 there, so the loss does not change.
        if gamma > 0 { cost = cost * (1 - logP.exp()).clipped(min: 1e-8).pow(Real(gamma)) }
        return (-cost.sum(axes: [-1])).meanOfExamples()
    }
}
