import Autograd
import Glibc
import Layers

/// A method that mixes pairs of examples within a batch.
package enum Mixing: String {
    /// A convex combination of two examples (Zhang et al. 2018).
    case mixup
    /// A region of one example pasted into the other (Yun et al. 2019).
    case cutmix
    /// Bands of time steps and of channels of one example pasted into the other (Kim et al. 2021).
    case specmix
}

extension TrainingOptions {
    /// Returns the mixing method for a batch and its parameter: the alpha of a beta distribution, or the width of the bands of
    /// SpecMix. nil without mixing. If several methods are enabled, one is chosen at random.
    package func mixing(_ generator: RandomGenerator) -> (method: Mixing, parameter: Double)? {
        let methods = [
            mixup.map { (Mixing.mixup, $0) }, cutmix.map { (Mixing.cutmix, $0) },
            specmix.map { (Mixing.specmix, $0) },
        ].compactMap { $0 }
        return methods.count < 2
            ? methods.first : methods[generator.split("mixing").below(methods.count)]
    }
}

extension Batch {
    /// Returns the batch with each example mixed with another one, inputs and targets in the same proportion.
    package func mixed(
        _ method: Mixing, _ parameter: Double, classes: Int, _ generator: RandomGenerator
    ) -> Batch {
        switch method {
        case .mixup: mixed(alpha: parameter, classes: classes, generator)
        case .cutmix: cutMixed(alpha: parameter, classes: classes, generator)
        case .specmix: bandMixed(width: parameter, classes: classes, generator)
        }
    }

    /// Mixup: inputs and targets are combined with a single weight drawn from Beta(alpha, alpha).
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

    /// CutMix: replaces a span of time steps (or of features), or a rectangle of an image, by that of another example,
    /// and mixes the targets in proportion. The relative size is drawn from Beta(alpha, alpha) once per batch, the position
    /// once per example and within the valid steps of both.
    private func cutMixed(alpha: Double, classes: Int, _ generator: RandomGenerator) -> Batch {
        let shape = inputs.tensor.shape
        let isImage = shape.count == 4
        let (count, steps, width) = (shape[0], shape[1], isImage ? shape[2] : 1)
        let part = Self.beta(alpha, generator)
        let side = isImage ? part.squareRoot() : part
        let order = generator.permutation(count)
        var shares = [Real](repeating: 1, count: count)
        func span(of size: Int) -> Range<Int> {
            let length = Int((side * Double(size)).rounded())
            let start = generator.below(size - length + 1)
            return start..<start + length
        }
        let own = Tensor(
            shape: [count, steps] + (isImage ? [width] : [])
                + [Int](repeating: 1, count: min(1, shape.count - 2))
        ) { own in
            own.update(repeating: 1, count: count * steps * width)
            for row in 0..<count {
                let length = inputs.lengths?[row] ?? steps
                let rows = span(of: min(length, inputs.lengths?[order[row]] ?? steps))
                let columns = isImage ? span(of: width) : 0..<1
                for step in rows {
                    for column in columns { own[(row * steps + step) * width + column] = 0 }
                }
                if length > 0 { shares[row] -= Real(rows.count * columns.count) / Real(length * width) }
            }
        }
        return spliced(own, order, shares, classes: classes)
    }

    /// SpecMix: replaces bands of time steps and of channels by those of another example, and mixes the targets in proportion
    /// to the replaced area. The bands are drawn once per example, within the valid steps of both. In vectors, bands of
    /// features are replaced; in images, bands of rows and of columns.
    private func bandMixed(width: Double, classes: Int, _ generator: RandomGenerator) -> Batch {
        let shape = inputs.tensor.shape
        let isVector = shape.count == 2
        let (count, steps) = (shape[0], isVector ? 1 : shape[1])
        let channels = isVector ? shape[1] : shape[2]
        let order = generator.permutation(count)
        var shares = [Real](repeating: 1, count: count)
        func bands(of size: Int) -> [Range<Int>] {
            (0..<generator.below(3) + 1).map { _ in
                let length = generator.below(Int(width * Double(size)) + 1)
                let start = generator.below(size - length + 1)
                return start..<start + length
            }
        }
        let own = Tensor(
            shape: (isVector ? [count, channels] : [count, steps, channels])
                + [Int](repeating: 1, count: max(0, shape.count - 3))
        ) { own in
            own.update(repeating: 1, count: count * steps * channels)
            for row in 0..<count {
                let length = inputs.lengths?[row] ?? steps
                let shared = min(length, inputs.lengths?[order[row]] ?? steps)
                let (spans, columns) = (isVector ? [] : bands(of: shared), bands(of: channels))
                var replaced = 0
                for step in 0..<shared {
                    let isInSpan = spans.contains { $0.contains(step) }
                    for channel in 0..<channels
                    where isInSpan || columns.contains(where: { $0.contains(channel) }) {
                        own[(row * steps + step) * channels + channel] = 0
                        replaced += 1
                    }
                }
                if length > 0 { shares[row] -= Real(replaced) / Real(length * channels) }
            }
        }
        return spliced(own, order, shares, classes: classes)
    }

    /// Returns the elements of each example where `own` is 1, and those of its partner in `order` elsewhere. `shares` are the
    /// weights of the example's own targets.
    private func spliced(_ own: Tensor, _ order: [Int], _ shares: [Real], classes: Int) -> Batch {
        let first = inputs.masked
        let mixture = first * own + first.indexSelected(Indices(order), axis: 0) * (1 - own)
        return Batch(
            inputs: inputs.with(mixture),
            targets: targets.mixed(
                with: targets(order), share: Tensor(shares, shape: [shares.count, 1]), classes: classes),
            ids: ids)
    }

    /// The targets in another order.
    private func targets(_ order: [Int]) -> Targets {
        switch targets {
        case .classes(let labels): .classes(Indices(order.map { labels.values[$0] }))
        case .values(let values): .values(values.indexSelected(Indices(order), axis: 0))
        }
    }

    /// Draws from Beta(a, a), as a ratio of gamma variates.
    static func beta(_ a: Double, _ generator: RandomGenerator) -> Double {
        let (x, y) = (gamma(a, generator), gamma(a, generator))
        return x + y > 0 ? x / (x + y) : 0.5
    }

    /// Draws from a gamma distribution with the method of Marsaglia and Tsang (2000).
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
