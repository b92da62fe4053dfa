import Autograd
import AutogradTesting
import Testing

/// Optimizer steps against their formulas in Double, one value at a time.
@Suite struct OptimizerStepTests {
    static let count = 40_000

    /// Parameters and three gradients, the same in every test.
    private struct ConfigurationIssue {
        let start: Tensor, gradients: [Tensor]

        init() {
            let generator = RandomGenerator(seed: 1)
            start = .normal([OptimizerStepTests.count], using: generator)
            gradients = (0..<3).map { _ in .normal([OptimizerStepTests.count], using: generator) }
        }

        /// Runs `step` on tensors and `formula` on values, each with `states` state variables that start at 0.
        func compare(
            states: Int, step: (_ p: Elements, _ g: Tensor, _ state: Elements, _ t: Int) -> Void,
            formula: (_ p: inout Double, _ g: Double, _ s: inout [Double], _ t: Int) -> Void
        ) -> String? {
            let n = start.count
            var found = start, state = Tensor.zeros([states * n])
            for t in 1...3 {
                found.modify { p in state.modify { step(p, gradients[t - 1], $0, t) } }
            }
            let all = gradients.map { $0.array.map { Double($0) } }
            let expected = start.array.enumerated().map { i, first in
                var p = Double(first), s = [Double](repeating: 0, count: states)
                for t in 1...3 { formula(&p, all[t - 1][i], &s, t) }
                return p
            }
            return Closeness(relative: 1e-5, absolute: 2e-6).difference(
                found.array.map { Double($0) }, expected)
        }
    }

    private static func power(_ base: Double, _ t: Int) -> Double { (0..<t).reduce(1) { p, _ in p * base } }

    @Test(arguments: [(0, false, false, false), (0.1, false, true, false), (0.1, true, false, true)])
    func adam(_ decay: Double, _ decoupled: Bool, _ keepsLargest: Bool, _ early: Bool) {
        let n = Self.count
        let difference = ConfigurationIssue().compare(states: 3) { p, g, s, t in
            adamStep(
                p, g, first: s, second: s + n, largest: keepsLargest ? s + 2 * n : nil, step: t,
                learningRate: 0.05, beta1: 0.8, beta2: 0.9, epsilon: 0.01,
                epsilonBeforeCorrection: early,
                decay: decoupled ? Decay(shrink: 0.05 * decay) : Decay(pull: decay))
        } formula: { p, g, s, t in
            if decoupled { p *= 1 - 0.05 * decay }
            let g = decoupled ? g : g + decay * p
            s[0] = 0.8 * s[0] + 0.2 * g
            s[1] = 0.9 * s[1] + 0.1 * g * g
            s[2] = max(s[2], s[1])
            let v = keepsLargest ? s[2] : s[1]
            let (c1, c2) = (1 - Self.power(0.8, t), 1 - Self.power(0.9, t))
            p -=
                early
                ? 0.05 * c2.squareRoot() / c1 * s[0] / (v.squareRoot() + 0.01)
                : 0.05 * (s[0] / c1) / ((v / c2).squareRoot() + 0.01)
        }
        #expect(difference == nil)
    }

    @Test(arguments: [(0, false), (0.9, false), (0.9, true)], [false, true])
    func sgd(_ form: (momentum: Double, nesterov: Bool), _ storesSteps: Bool) {
        let (momentum, nesterov) = form
        let rate = { (t: Int) in t < 3 ? 0.1 : 0.03 }
        let difference = ConfigurationIssue().compare(states: 1) { p, g, s, t in
            sgdStep(
                p, g, velocity: momentum == 0 ? nil : s, learningRate: rate(t), momentum: momentum,
                nesterov: nesterov, storesSteps: storesSteps, decay: Decay(pull: 0.01, shrink: 0.02))
        } formula: { p, g, s, t in
            let g = (storesSteps ? rate(t) : 1) * (g + 0.01 * p)
            s[0] = momentum * s[0] + g
            p = 0.98 * p - (storesSteps ? 1 : rate(t)) * (nesterov ? g + momentum * s[0] : s[0])
        }
        #expect(difference == nil)
    }

    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)], [0, 0.9])
    func rmsprop(_ form: (isCentered: Bool, isKeras: Bool), _ momentum: Double) {
        let (centered, keras) = form
        let rate = { (t: Int) in t < 3 ? 0.01 : 0.003 }
        let n = Self.count
        let difference = ConfigurationIssue().compare(states: 3) { p, g, s, t in
            rmspropStep(
                p, g, square: s, mean: centered ? s + n : nil, velocity: momentum == 0 ? nil : s + 2 * n,
                learningRate: rate(t), alpha: 0.9, epsilon: 0.01, epsilonInRoot: keras, momentum: momentum,
                storesSteps: keras, decay: Decay(pull: 0.1))
        } formula: { p, g, s, t in
            let g = g + 0.1 * p
            s[0] = 0.9 * s[0] + 0.1 * g * g
            s[1] = 0.9 * s[1] + 0.1 * g
            let square = s[0] - (centered ? s[1] * s[1] : 0)
            let step = g / (keras ? (square + 0.01).squareRoot() : square.squareRoot() + 0.01)
            s[2] = momentum * s[2] + (keras ? rate(t) : 1) * step
            p -= (keras ? 1 : rate(t)) * s[2]
        }
        #expect(difference == nil)
    }

    @Test(arguments: [false, true]) func adagrad(_ inRoot: Bool) {
        let difference = ConfigurationIssue().compare(states: 1) { p, g, s, _ in
            adagradStep(
                p, g, square: s, learningRate: 0.1, epsilon: 0.01, epsilonInRoot: inRoot,
                decay: Decay(pull: 0.1))
        } formula: { p, g, s, _ in
            let g = g + 0.1 * p
            s[0] += g * g
            p -= 0.1 * g / (inRoot ? (s[0] + 0.01).squareRoot() : s[0].squareRoot() + 0.01)
        }
        #expect(difference == nil)
    }

    @Test func lion() {
        let difference = ConfigurationIssue().compare(states: 1) { p, g, s, _ in
            lionStep(p, g, first: s, learningRate: 0.01, beta1: 0.9, beta2: 0.99, decay: Decay(shrink: 0.001))
        } formula: { p, g, s, _ in
            let way = 0.9 * s[0] + 0.1 * g
            p = p * (1 - 0.01 * 0.1) - 0.01 * (way > 0 ? 1 : way < 0 ? -1 : 0)
            s[0] = 0.99 * s[0] + 0.01 * g
        }
        #expect(difference == nil)
    }
}
