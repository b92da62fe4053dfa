import CKernels

/// Applies dropout: sets each element to 0 with the given probability and multiplies the others by 1 / (1 -
/// probability), which preserves the mean. The mask is drawn from `generator`, one block per four elements.
///
/// The backward pass regenerates the mask instead of saving it.
public func dropout(_ x: Tensor, probability: Double, using generator: RandomGenerator) -> Tensor {
    require(
        probability >= 0 && probability <= 1, "dropout: probability \(probability); expected 0...1")
    if probability == 0 { return x }
    let mask = DropoutMask(count: x.count, probability: probability, generator)
    return record("dropout", inputs: [x], output: mask.applied(to: x)) { g, _ in [mask.applied(to: g)] }
}

/// Applies dropout to whole slices: elements that differ only along `sharedAxes` share one decision. For [batch,
/// time, channels], `sharedAxes: [1]` drops whole channels.
public func dropout(
    _ x: Tensor, probability: Double, sharedAxes: [Int], using generator: RandomGenerator
) -> Tensor {
    if sharedAxes.isEmpty { return dropout(x, probability: probability, using: generator) }
    let shape = x.shape.reduced(over: x.shape.axes(sharedAxes, "dropout"), keepDims: true)
    if probability == 0 { return x }
    let ones = Tensor(shape: shape) { $0.update(repeating: 1, count: shape.elementCount) }
    return x * dropout(ones, probability: probability, using: generator)
}

/// A dropout mask. Value i of a random sequence decides on element i, so the result does not depend on the number
/// of threads.
private struct DropoutMask: Sendable {
    let start: RandomGenerator.State
    let probability: Double

    init(count: Int, probability: Double, _ generator: RandomGenerator) {
        let tile = Int(CK_DROPOUT_TILE)
        start = generator.reserve((count + tile - 1) / tile * (tile / 4))
        self.probability = probability
    }

    func applied(to x: Tensor) -> Tensor {
        let n = x.count
        if probability == 1 { return Tensor(shape: x.shape) { $0.update(repeating: 0, count: n) } }
        let threshold = UInt32(Swift.min((probability * 0x1p32).rounded(), 0x1p32 - 1))
        let scale = Real(1 / (1 - probability))
        return Tensor(shape: x.shape) { y in
            x.withElements { x in
                Parallel.elements(n) { range in
                    let at = range.lowerBound
                    ck_dropout(
                        x + at, y + at, start.key, start.counter &+ UInt64(at / 4), threshold, scale,
                        range.count)
                }
            }
        }
    }
}
