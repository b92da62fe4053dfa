import Autograd
import Configuration

/// One minus the concordance correlation coefficient of a batch (Lin 1989), for each output, averaged over the outputs.
///
/// The coefficient is 2 cov / (var + var + (mean - mean)²) with biased variances, as in the AVEC challenges. A batch needs examples
/// with different values: large batches give better gradients.
public struct ConcordanceLoss: LossSpec {
    public static let type = "concordance"
    public static let summary = "One minus the concordance correlation coefficient (CCC) of the batch."
    public static let fields: [Field<Self>] = []

    public init() {}

    public var comparesExamples: Bool { true }
    public var scoresNumbers: Bool { true }
    public var scoresClasses: Bool { false }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        mean(outputs, targets) + Tensor.zeros([outputs.shape.first ?? 1])
    }

    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        let moments = BatchMoments(outputs, targets.values(like: outputs, "concordance"))
        let shift = moments.means.output - moments.means.target
        let sum = moments.output + moments.target + shift.square() + BatchMoments.least
        return 1 - (moments.both * 2 / sum).mean()
    }
}

/// One minus Pearson's correlation coefficient of a batch, for each output, averaged over the outputs. It ignores the scale and the
/// offset of the outputs.
public struct PearsonLoss: LossSpec {
    public static let type = "pearson"
    public static let summary = "One minus Pearson's correlation coefficient of the batch."
    public static let fields: [Field<Self>] = []

    public init() {}

    public var comparesExamples: Bool { true }
    public var scoresNumbers: Bool { true }
    public var scoresClasses: Bool { false }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        mean(outputs, targets) + Tensor.zeros([outputs.shape.first ?? 1])
    }

    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        let moments = BatchMoments(outputs, targets.values(like: outputs, "pearson"))
        let product = (moments.output + BatchMoments.least) * (moments.target + BatchMoments.least)
        return 1 - (moments.both * product.rsqrt()).mean()
    }
}

/// The means, biased variances and covariance of each column of outputs and targets, [batch, columns].
private struct BatchMoments {
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
