import Autograd
import Glibc
import Layers

/// How the examples of a batch are mixed with each other.
package enum Mixing: String {
    /// All of both, by shares (Zhang et al. 2018).
    case mixup
    /// A part of one in the place of the other's (Yun et al. 2019).
    case cutmix
}

extension TrainingOptions {
    /// How a batch is mixed and with which number of the beta distribution; by lot where there are two ways.
    package func mixing(_ generator: RandomGenerator) -> (way: Mixing, alpha: Double)? {
        let ways = [mixup.map { (Mixing.mixup, $0) }, cutmix.map { (Mixing.cutmix, $0) }].compactMap { $0 }
        return ways.count < 2 ? ways.first : ways[generator.split("mixing").below(ways.count)]
    }
}

extension Batch {
    /// Each example mixed with another of the batch, inputs and targets by the same share.
    package func mixed(_ way: Mixing, alpha: Double, classes: Int, _ generator: RandomGenerator) -> Batch {
        switch way {
        case .mixup: mixed(alpha: alpha, classes: classes, generator)
        case .cutmix: cutMixed(alpha: alpha, classes: classes, generator)
        }
    }

    /// Inputs and targets by one share, drawn from Beta(alpha, alpha).
    private func mixed(alpha: Double, classes: Int, _ generator: RandomGenerator) -> Batch {
        let share = Real(Self.beta(alpha, generator))
        let order = generator.permutation(ids.count)
        let first = inputs.masked
        let mixture = first * share + first.indexSelected(Indices(order), axis: 0) * (1 - share)
        let lengths = inputs.lengths.map { lengths in zip(lengths, order).map { max($0, lengths[$1]) } }
        return Batch(
            inputs: Signal(mixture, lengths: lengths),
            targets: targets.mixed(with: targets(order), share: Tensor([share], shape: []), classes: classes),
            ids: ids)
    }

    /// A stretch of each example's steps (or numbers), a rectangle of a picture, comes from another example; the
    /// targets are mixed by what is left. The part that is cut is drawn from Beta(alpha, alpha), its place anew for each
    /// example, within what both have.
    private func cutMixed(alpha: Double, classes: Int, _ generator: RandomGenerator) -> Batch {
        let shape = inputs.tensor.shape
        let isPicture = shape.count == 4
        let (count, steps, width) = (shape[0], shape[1], isPicture ? shape[2] : 1)
        let part = Self.beta(alpha, generator)
        let side = isPicture ? part.squareRoot() : part
        let order = generator.permutation(count)
        var shares = [Real](repeating: 1, count: count)
        func stretch(of size: Int) -> Range<Int> {
            let length = Int((side * Double(size)).rounded())
            let start = generator.below(size - length + 1)
            return start..<start + length
        }
        let own = Tensor(
            shape: [count, steps] + (isPicture ? [width] : [])
                + [Int](repeating: 1, count: min(1, shape.count - 2))
        ) { own in
            own.update(repeating: 1, count: count * steps * width)
            for row in 0..<count {
                let length = inputs.lengths?[row] ?? steps
                let rows = stretch(of: min(length, inputs.lengths?[order[row]] ?? steps))
                let columns = isPicture ? stretch(of: width) : 0..<1
                for step in rows {
                    for column in columns { own[(row * steps + step) * width + column] = 0 }
                }
                if length > 0 { shares[row] -= Real(rows.count * columns.count) / Real(length * width) }
            }
        }
        let first = inputs.masked
        let mixture = first * own + first.indexSelected(Indices(order), axis: 0) * (1 - own)
        return Batch(
            inputs: inputs.with(mixture),
            targets: targets.mixed(
                with: targets(order), share: Tensor(shares, shape: [count, 1]), classes: classes),
            ids: ids)
    }

    /// The targets of the examples in another order.
    private func targets(_ order: [Int]) -> Targets {
        switch targets {
        case .classes(let labels): .classes(Indices(order.map { labels.values[$0] }))
        case .values(let values): .values(values.indexSelected(Indices(order), axis: 0))
        }
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
