import Autograd
import AutogradTesting
import Testing

/// What the golden data does not cover: large batches and fused operations.
@Suite struct ConvolutionTests {
    private func normal(_ shape: [Int], _ seed: UInt64) -> Tensor {
        .normal(shape, mean: 0, deviation: 1, using: RandomGenerator(seed: seed))
    }

    private func bits(_ tensor: Tensor) -> [Real] { tensor.array }

    /// The outputs at the ends of sequences are computed differently if there are few of them.
    @Test(arguments: [(1, 9, 1), (4, 30, 1), (5, 30, 1), (23, 6, 1), (9, 11, 2), (9, 3, 1)])
    func sequenceIsIndependentOfBatch(batch: Int, steps: Int, stride: Int) {
        let x = normal([batch, steps, 19], 1)
        let (weight, bias) = (Parameter(normal([5, 19, 50], 2)), normal([50], 3))
        let input = Parameter(x)
        let y = conv1d(
            input.tensor, weight.tensor, bias: bias, stride: stride, padding: .same, activation: .relu)
        let slope = y.square().sum().backward()[input]
        for row in 0..<batch {
            let own = Parameter(x.slice(axis: 0, row..<row + 1))
            let z = conv1d(
                own.tensor, weight.tensor, bias: bias, stride: stride, padding: .same, activation: .relu)
            #expect(bits(y.slice(axis: 0, row..<row + 1)) == bits(z))
            let alone = z.square().sum().backward()[own]
            #expect(slope.map { bits($0.slice(axis: 0, row..<row + 1)) } == alone.map(bits))
        }
    }

    /// The outputs of few sequences are divided among the threads, those of many are not.
    @Test(arguments: [(Padding.same, 1), (.same, 2), (.valid, 1), (.valid, 3)])
    func outputsAreIndependentOfBatch(padding: Padding, stride: Int) {
        let x = normal([68, 230 * stride, 64], 1)
        let (weight, bias) = (normal([5, 64, 140], 2), normal([140], 3))
        let norm = FixedNorm(mean: normal([140], 4), variance: normal([140], 5).square())
        let all = conv1d(
            x, weight, bias: bias, stride: stride, padding: padding, activation: .relu, norm: norm)
        for rows in [0..<1, 3..<5, 60..<65] {
            let some = conv1d(
                x.slice(axis: 0, rows), weight, bias: bias, stride: stride, padding: padding,
                activation: .relu,
                norm: norm)
            #expect(bits(some) == bits(all.slice(axis: 0, rows)), "rows \(rows)")
        }
        let image = normal([1, 3, 230, 64], 6)
        let joined = conv2d(
            image, weight.reshaped([1, 5, 64, 140]), stride: (1, stride), padding: padding)
        for line in 0..<3 {
            let alone = conv1d(image.select(axis: 1, index: line), weight, stride: stride, padding: padding)
            #expect(bits(joined.select(axis: 1, index: line)) == bits(alone), "line \(line)")
        }
    }

    @Test func convolutionMatchesDirectSums() {
        let (x, weight) = (normal([6, 8, 3], 1), normal([5, 3, 4], 2))
        let y = conv1d(x, weight, padding: .same)
        let padded = x.padded(before: [0, 2, 0], after: [0, 2, 0])
        let expected = (0..<5).map { tap in
            matmul(padded.slice(axis: 1, tap..<tap + 8), weight.select(axis: 0, index: tap))
        }.reduce(Tensor.zeros([6, 8, 4]), +)
        #expect(difference(y, expected) == nil)
    }

    /// A fused batch norm gives the same result as a separate one.
    @Test(arguments: [NormActivation.none, .relu, .silu], [FusedActivation.none, .relu])
    func fusedNormMatchesSeparateNorm(_ activation: NormActivation, _ inner: FusedActivation) {
        for channels in [24, 32, 5] {
            let (mean, variance) = (normal([channels], 4), normal([channels], 5).square())
            let (gamma, beta) = (normal([channels], 6), normal([channels], 7))
            let norm = FixedNorm(
                mean: mean, variance: variance, gamma: gamma, beta: beta, epsilon: 1e-3,
                activation: activation)
            func check(_ found: Tensor, _ plain: Tensor) {
                let expected = batchNorm(
                    plain, mean: mean, variance: variance, gamma: gamma, beta: beta, epsilon: 1e-3,
                    activation: activation)
                #expect(difference(found, expected) == nil)
            }
            let (x, w) = (normal([3, 9, 4], 1), normal([3, 4, channels], 2))
            check(
                conv1d(x, w, padding: .same, activation: inner, norm: norm),
                conv1d(x, w, padding: .same, activation: inner))
            let (p, v) = (normal([2, 6, 5, channels], 1), normal([3, 3, 1, channels], 2))
            check(
                conv2d(p, v, groups: channels, padding: .same, activation: inner, norm: norm),
                conv2d(p, v, groups: channels, padding: .same, activation: inner))
            let (q, m) = (normal([40, 6], 1), normal([6, channels], 2))
            check(linear(q, m, activation: inner, norm: norm), linear(q, m, activation: inner))
            let one = m.reshaped([1, 1, 6, channels])
            check(
                conv2d(q.reshaped([2, 4, 5, 6]), one, activation: inner, norm: norm),
                conv2d(q.reshaped([2, 4, 5, 6]), one, activation: inner))
        }
    }

    /// Packed weights are cached while they are only read; a change must invalidate the cache.
    @Test func modifiedWeightsAreUsed() {
        let (x, weight) = (normal([2, 6], 1), Parameter(normal([6, 3], 2)))
        var held = normal([6, 3], 3)
        withoutRecording {
            let before = linear(x, weight.tensor).array
            #expect(linear(x, weight.tensor).array == before)
            weight.update { $0[0] += 1 }
            #expect(linear(x, weight.tensor).array != before)
            let first = linear(x, held).array
            held += 1
            #expect(linear(x, held).array != first)
            held.modify { $0[0] = 0 }
            #expect(difference(linear(x, held), matmul(x, held)) == nil)
        }
    }
}
