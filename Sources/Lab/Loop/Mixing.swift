import Autograd
import Glibc
import Layers
import SpeechEmotion

extension Batch {
    /// Each example mixed with another of the batch: inputs and targets by one share, drawn from Beta(alpha, alpha) (Zhang et al. 2018).
    func mixed(alpha: Double, classes: Int, _ generator: RandomGenerator) -> Batch {
        let share = Real(Self.beta(alpha, generator))
        let order = generator.permutation(ids.count)
        let first = inputs.masked
        let mixture = first * share + first.indexSelected(Indices(order), axis: 0) * (1 - share)
        let lengths = inputs.lengths.map { lengths in zip(lengths, order).map { max($0, lengths[$1]) } }
        let other: Targets =
            switch targets {
            case .classes(let labels): .classes(Indices(order.map { labels.values[$0] }))
            case .values(let values): .values(values.indexSelected(Indices(order), axis: 0))
            }
        return Batch(
            inputs: Signal(mixture, lengths: lengths),
            targets: targets.mixed(with: other, share: share, classes: classes), ids: ids)
    }

    /// A number from Beta(a, a), as a ratio of two from a gamma distribution.
    static func beta(_ a: Double, _ generator: RandomGenerator) -> Double {
        let (x, y) = (gamma(a, generator), gamma(a, generator))
        return x + y > 0 ? x / (x + y) : 0.5
    }

    /// Marsaglia and Tsang's method (2000).
    private static func gamma(_ shape: Double, _ generator: RandomGenerator) -> Double {
        if shape < 1 { return gamma(shape + 1, generator) * pow(1 - generator.uniform(), 1 / shape) }
        let d = shape - 1.0 / 3
        while true {
            let radius = (-2 * log(1 - generator.uniform())).squareRoot()
            let x = radius * cos(2 * .pi * generator.uniform())
            let v = pow(1 + x / (9 * d).squareRoot(), 3)
            if v > 0, log(1 - generator.uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }
}
