import Autograd
import Testing

/// The padding of a sequence is never read: NaN in the padding does not change results or gradients.
@Suite struct PaddingValueTests {
    @Test(arguments: [Real.nan, .infinity, 1e30])
    func recurrentLayersDoNotReadPadding(_ padding: Real) {
        for resetAfter in [true, false] {
            for reversed in [false, true] {
                expectSame(padding, gates: 3) { x, weight, recurrent in
                    gru(
                        x, weight: weight, recurrentWeight: recurrent, lengths: [2, 4, 0], reversed: reversed,
                        resetAfter: resetAfter
                    ).outputs
                }
            }
        }
        expectSame(padding, gates: 4) { x, weight, recurrent in
            lstm(x, weight: weight, recurrentWeight: recurrent, lengths: [2, 4, 0]).outputs
        }
    }

    @Test(arguments: [Real.nan, .infinity, 1e30])
    func attentionDoesNotReadPadding(_ padding: Real) {
        let mask = Tensor([1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0], shape: [3, 4])
        expectSame(padding, gates: 1) { x, weight, _ in
            additiveAttention(x, weight: weight, bias: nil, scorer: .ones([3]), mask: mask).context
        }
    }

    /// Compares a run with zeros in the padding with a run with `padding`.
    private func expectSame(_ padding: Real, gates: Int, _ body: (Tensor, Tensor, Tensor) -> Tensor) {
        let generator = RandomGenerator(seed: 5)
        let valid = Tensor([1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0], shape: [3, 4, 1])
        let x = Tensor.normal([3, 4, 2], using: generator)
        let clean = x.maskedFill(1 - valid, 0)
        let dirty = x.maskedFill(1 - valid, padding)
        let weight = Parameter(.normal([2, gates * 3], using: generator))
        let recurrent = Parameter(.normal([3, gates * 3], using: generator))
        func run(_ x: Tensor) -> [[Real]] {
            let input = Parameter(x)
            let y = body(input.tensor, weight.tensor, recurrent.tensor)
            let gradients = y.backward(.ones(y.shape))
            return [y.array] + [input, weight, recurrent].map { gradients[$0]?.array ?? [] }
        }
        #expect(run(clean) == run(dirty))
    }
}
