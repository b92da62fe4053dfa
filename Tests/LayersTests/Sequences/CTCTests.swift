import Autograd
import AutogradTesting
import Foundation
import Layers
import Testing

@Suite struct CTCTests {
    static let targets = [[1, 2, 3], [2, 2, 4], [], [4, 4, 4, 4], [3], [1, 1, 1, 1]]
    static let lengths = [7, 6, 5, 7, 1, 6]

    /// The same numbers as in the script that asked PyTorch.
    static func logits(_ batch: Int, _ steps: Int, _ classes: Int) -> Tensor {
        Tensor(shape: [batch, steps, classes]) { p in
            for i in 0..<batch {
                for j in 0..<steps {
                    for k in 0..<classes {
                        let angle =
                            1.3 * Double(i) + 0.7 * Double(j) * (1 + 0.1 * Double(i)) + 2.1 * Double(k)
                        p[(i * steps + j) * classes + k] = Real(1.5 * sin(angle))
                    }
                }
            }
        }
    }

    /// The losses of torch.nn.functional.ctc_loss: with repeated labels, without labels, with as many steps as needed, and
    /// with too few.
    @Test func lossesOfPyTorch() {
        let x = Self.logits(6, 7, 5)
        let expected = [
            6.615606380373947, 5.008890543521938, 12.940577010041387, 14.916583741302638, 3.4858652120799865,
            .infinity,
        ]
        let losses = ctcLoss(x, targets: Self.targets, lengths: Self.lengths).array
        for (loss, number) in zip(losses, expected) {
            #expect(Double(loss) == number || abs(Double(loss) - number) < 1e-5 * number)
        }
        #expect(ctcLoss(x, targets: Self.targets, lengths: Self.lengths, zeroInfinity: true).array[5] == 0)
        let other = ctcLoss(x.slice(axis: 0, 0..<2), targets: [[0, 1], [1, 3]], blank: 4).array
        for (loss, number) in zip(other, [7.483598360190037, 9.80157383381428]) {
            #expect(abs(Double(loss) - number) < 1e-5 * number)
        }
    }

    /// The gradients of PyTorch, for examples with different weights; 0 in padding and for an infinite loss.
    @Test func gradientsOfPyTorch() {
        let x = Parameter(Self.logits(6, 7, 5))
        let losses = ctcLoss(x.tensor, targets: Self.targets, lengths: Self.lengths, zeroInfinity: true)
        let loss = (losses * Tensor([1, 2, 3, 4, 5, 0], shape: [6])).sum()
        guard let gradient = loss.backward()[x] else {
            Issue.record("no gradient")
            return
        }
        let expected: [(Int, Int, Int, Double)] = [
            (0, 0, 0, -0.023268415), (0, 0, 1, -0.489780498), (0, 3, 2, -0.092040905), (0, 6, 4, 0.169127996),
            (1, 0, 2, -0.687037203), (1, 2, 0, -0.602572191), (1, 5, 4, -1.153112765), (1, 6, 1, 0),
            (2, 1, 0, -2.695273518), (2, 4, 3, 0.185577295), (2, 5, 2, 0), (3, 0, 4, -3.57366344),
            (3, 1, 0, -3.874292979), (3, 6, 4, -3.829789561), (4, 0, 3, -4.846863761), (4, 0, 0, 0.151309023),
            (5, 2, 1, 0),
        ]
        for (i, j, k, number) in expected {
            #expect(abs(Double(gradient.item(at: i, j, k)) - number) < 1e-5, "\(i) \(j) \(k)")
        }
        let sums = [
            6.43929953625616, 9.516103955292856, 26.698502484844987, 45.7667466303837, 9.693727521026144, 0,
        ]
        for (row, number) in sums.enumerated() {
            let own = gradient.slice(axis: 0, row..<row + 1).array.reduce(0) { $0 + abs(Double($1)) }
            #expect(abs(own - number) < 1e-4)
        }
    }

    /// Logits of any magnitude, and of many steps, stay finite.
    @Test func extremeLogits() {
        let x = Parameter(Self.logits(2, 300, 4) * 1000)
        let loss = ctcLoss(x.tensor, targets: [[1, 2, 3, 3], Array(repeating: 2, count: 100)]).sum()
        #expect(loss.item().isFinite && loss.item() > 0)
        #expect(loss.backward()[x]?.array.allSatisfy { $0.isFinite } == true)
    }

    @Test func noSteps() {
        let losses = ctcLoss(.zeros([2, 3, 2]), targets: [[], [1]], lengths: [0, 0]).array
        #expect(losses == [0, .infinity])
    }

    /// Numerical derivatives, where they are precise enough.
    @Test func gradientCheck() {
        let x = Self.logits(3, 5, 4)
        let targets = [[1, 2], [3, 3], []]
        let parameter = Parameter(x)
        let gradient = ctcLoss(parameter.tensor, targets: targets, lengths: [5, 4, 3]).sum().backward()[
            parameter]
        let step = MemoryLayout<Real>.size == 8 ? 1e-5 : 1e-2
        for place in stride(from: 0, to: x.count, by: 3) {
            func loss(_ change: Double) -> Double {
                var values = x.array
                values[place] += Real(change)
                let all = ctcLoss(Tensor(values, shape: x.shape), targets: targets, lengths: [5, 4, 3]).array
                return all.reduce(0) { $0 + Double($1) }
            }
            let numerical = (loss(step) - loss(-step)) / (2 * step)
            #expect(abs(numerical - Double(gradient?.array[place] ?? .nan)) < 2e-3)
        }
    }
}
