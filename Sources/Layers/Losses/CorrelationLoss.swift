import Autograd
import Configuration

/// One minus a correlation coefficient of the batch, for each output, averaged over the outputs. A batch needs examples with different
/// values: large batches give better gradients.
public protocol CorrelationLoss: LossSpec {
    /// Returns the coefficient of each column.
    static func coefficient(_ moments: BatchMoments) -> Tensor
}

extension CorrelationLoss {
    public static var fields: [Field<Self>] { [] }

    public var comparesExamples: Bool { true }
    public var scoresNumbers: Bool { true }
    public var scoresClasses: Bool { false }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        mean(outputs, targets) + Tensor.zeros([outputs.shape.first ?? 1])
    }

    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        1 - Self.coefficient(BatchMoments(outputs, targets.values(like: outputs, "correlation"))).mean()
    }
}

/// One minus the concordance correlation coefficient of a batch (Lin 1989).
///
/// The coefficient is 2 cov / (var + var + (mean - mean)²) with biased variances, as in the AVEC challenges.
public struct ConcordanceLoss: CorrelationLoss {
    public static let type = "concordance"
    public static let summary = "One minus the concordance correlation coefficient (CCC) of the batch."

    public init() {}

    public static func coefficient(_ moments: BatchMoments) -> Tensor {
        let shift = moments.means.output - moments.means.target
        let sum = moments.output + moments.target + shift.square() + BatchMoments.least
        return moments.both * 2 / sum
    }
}

/// One minus Pearson's correlation coefficient of a batch. It ignores the scale and the offset of the outputs.
public struct PearsonLoss: CorrelationLoss {
    public static let type = "pearson"
    public static let summary = "One minus Pearson's correlation coefficient of the batch."

    public init() {}

    public static func coefficient(_ moments: BatchMoments) -> Tensor {
        let product = (moments.output + BatchMoments.least) * (moments.target + BatchMoments.least)
        return moments.both * product.rsqrt()
    }
}

/// The means, biased variances and covariance of each column of outputs and targets, [batch, columns].
public struct BatchMoments {
    /// Added to sums of variances: a batch with a single value has no correlation instead of NaN.
    static let least: Real = 1e-8

    let means: (output: Tensor, target: Tensor)
    let output: Tensor, target: Tensor, both: Tensor

    init(_ outputs: Tensor, _ targets: Tensor) {
        means = (outputs.mean(axes: [0], keepDims: true), targets.mean(axes: [0], keepDims: true))
        let (x, y) = (outputs - means.output, targets - means.target)
        output = x.square().mean(axes: [0], keepDims: true)
        target = y.square().mean(axes: [0], keepDims: true)
        both = (x * y).mean(axes: [0], keepDims: true)
    }
}
