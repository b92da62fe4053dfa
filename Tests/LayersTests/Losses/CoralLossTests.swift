import Autograd
import AutogradTesting
import Layers
import Testing

@Suite struct CoralLossTests {
    private static let x = Tensor(
        [1, 2, 3, 5, -1, 0.5, 0, 0, 2, 4, 1, -3, 0.5, 7], shape: [7, 2])

    /// Covariances with the divisor n - 1 by hand: [[4, 4.5], [4.5, 5.25]] of rows 0 to 2 and [[1, 2], [2, 12.333]] of rows 3 to 5.
    @Test func distancesOfCovariances() {
        let loss = coralLoss(Self.x, domains: [0, 0, 0, 1, 1, 1, 2]).item()
        let (a, b, c) = (4.0 - 1, 4.5 - 2, 5.25 - 37.0 / 3)
        #expect(abs(Double(loss) - (a * a + 2 * b * b + c * c) / 16) < 1e-4)
        // The last row is a domain of its own, without a covariance. Three domains have three pairs.
        let all = coralLoss(Self.x, domains: [0, 0, 0, 1, 1, 2, 2]).item()
        func pair(_ rows: [Int], _ domains: [Int]) -> Real {
            coralLoss(Self.x.indexSelected(Indices(rows), axis: 0), domains: domains).item()
        }
        let mean =
            (pair([0, 1, 2, 3, 4], [0, 0, 0, 1, 1]) + pair([0, 1, 2, 5, 6], [0, 0, 0, 1, 1])
                + pair([3, 4, 5, 6], [0, 0, 1, 1])) / 3
        #expect(abs(all - mean) < 1e-4)
        #expect(coralLoss(Self.x, domains: Array(repeating: 3, count: 7)).item() == 0)
        #expect(coralLoss(Self.x, domains: Array(0..<7)).item() == 0)
    }

    @Test func gradients() throws {
        let report = try checkGradient("coral", at: [Self.x]) {
            coralLoss($0[0], domains: [0, 1, 0, 1, 1, 0, 2])
        }
        #expect(report.isCorrect, "\(report)")
    }
}
