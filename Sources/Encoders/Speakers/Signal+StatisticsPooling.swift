import Autograd
import Layers

extension Signal {
    /// The mean and the standard deviation of each channel over the valid steps, [batch, 1, channels] each.
    ///
    /// - Parameters:
    ///   - weights: The weight of each step, [batch, steps, 1 or channels], with a sum of 1; nil for equal weights.
    ///   - least: The least variance.
    ///   - isUnbiased: Whether the variance of equal weights is divided by n - 1.
    func statistics(
        weights: Tensor? = nil, leastVariance least: Real, isUnbiased: Bool = false
    ) -> (mean: Tensor, deviation: Tensor) {
        let x = masked
        let counts = (lengths ?? Array(repeating: tensor.shape[1], count: tensor.shape[0])).map { max($0, 1) }
        let shares = weights ?? validSteps / Tensor(counts.map { Real($0) }, shape: [counts.count, 1, 1])
        let mean = (x * shares).sum(axes: [1], keepDims: true)
        var variance = ((x - mean).square() * shares).sum(axes: [1], keepDims: true)
        if isUnbiased {
            let factors = counts.map { Real($0) / Real(max($0 - 1, 1)) }
            variance = variance * Tensor(factors, shape: [counts.count, 1, 1])
        }
        return (mean, variance.clipped(min: least, max: .greatestFiniteMagnitude).sqrt())
    }

    /// 1 for valid steps and 0 for padding, [batch, steps, 1].
    var validSteps: Tensor {
        let shape = [tensor.shape[0], tensor.shape[1], 1]
        return (mask ?? .ones([shape[0], shape[1]])).reshaped(shape)
    }
}
