import Autograd
import Classical
import Foundation
import Testing

/// Calibrated probabilities. They depend on random folds, so they are compared with the spread of scikit-learn's.
struct ProbabilityTests {
    let reference: ModelReference

    init() throws { reference = try ModelReference.shared.get() }

    @Test(arguments: [false, true]) func nearScikitLearn(_ isBinary: Bool) throws {
        let name = isBinary ? "svc_probability_two_classes" : "svc_probability"
        let classes = isBinary ? 2 : 4
        var mean = [Double](repeating: 0, count: reference.test.count * classes)
        let seeds = 20
        for seed in 0..<seeds {
            let model = try SVCOptions(probability: true).fit(
                reference.training, labels: isBinary ? reference.binary : reference.labels, classes: classes,
                weights: nil, generator: RandomGenerator(seed: UInt64(seed)))
            #expect(model.isCalibrated)
            let values = model.probabilities(reference.testing).values
            for index in mean.indices { mean[index] += values[index] / Double(seeds) }
            if seed == 0 { try expectStorable(model) }
        }
        let expected = try reference.values(name, "mean")
        let spread = try reference.values(name, "sd")
        for index in mean.indices {
            // Both means have a standard error of sd / sqrt(20).
            let allowed = 0.005 + 5 * spread[index] * (2.0 / 20).squareRoot()
            #expect(abs(mean[index] - expected[index]) < allowed, "\(index)")
        }
    }

    /// On unseen rows, the mean probability of a class is its frequency, and the log loss is below that of the
    /// frequencies.
    @Test func calibration() throws {
        let (x, labels) = overlappingClasses(1200, 6, classes: 3, seed: 8)
        let (train, test) = (Array(0..<300), Array(300..<1200))
        let model = try SVCOptions(probability: true).fit(
            x.rows(train), labels: train.map { labels[$0] }, classes: 3, weights: nil,
            generator: RandomGenerator(seed: 1))
        let probabilities = model.probabilities(x.rows(test))
        var loss = 0.0
        var (confidence, correct) = (0.0, 0.0)
        for (row, index) in test.enumerated() {
            let values = Array(probabilities[row: row])
            loss -= log(values[labels[index]]) / Double(test.count)
            let largest = values.max() ?? 0
            confidence += largest
            correct += values[labels[index]] == largest ? 1 : 0
        }
        #expect(loss < 0.85 * log(3.0))
        #expect(abs(confidence - correct) / Double(test.count) < 0.05)
        for column in 0..<3 {
            let mean = probabilities.column(column).reduce(0, +) / Double(test.count)
            #expect(abs(mean - 1.0 / 3) < 0.03)
        }
    }

    @Test func platt() throws {
        let decisions = try reference.values("platt", "decisions")
        let scaling = PlattScaling(decisions: decisions, isPositive: decisions.indices.map { $0 < 25 })
        expectClose([scaling.a, scaling.b], try reference.values("platt", "ab"), 1e-5)
        #expect(scaling.a < 0 && scaling.probability(10) > 0.95)
    }

    @Test func coupling() throws {
        let pairs = try reference.values("coupling", "pairs")
        let found = coupledProbabilities(pairs, classes: 5)
        // libsvm's iteration ends at 0.005 / classes.
        expectClose(found, try reference.values("coupling", "probability"), 5e-3)
        expectClose([found.reduce(0, +)], [1], 1e-12)
        // Consistent pairs are recovered.
        let truth = [0.5, 0.3, 0.2]
        let consistent = (0..<9).map { (index: Int) -> Double in
            let (own, other) = (truth[index / 3], truth[index % 3])
            return own / (own + other)
        }
        expectClose(coupledProbabilities(consistent, classes: 3), truth, 3e-3)
    }
}
