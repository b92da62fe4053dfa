import Autograd
import Classical
import Foundation
import Testing

/// Gradient boosting against LightGBM.
@Suite struct TreesBoostingTests {
    struct Reference: Decodable {
        struct Band: Decodable {
            var name: String
            var accuracy: [Double]
            var loss: [Double]
        }
        var bands: [Band]
    }

    private func sampled(_ change: (inout BoostingParameters) -> Void = { _ in }) -> BoostingParameters {
        var parameters = BoostingParameters(
            nEstimators: 40, featureFraction: 0.8, baggingFraction: 0.9, baggingFreq: 1)
        change(&parameters)
        return parameters
    }

    private func band(_ name: String) throws -> Reference.Band {
        try #require(try TreesFixture("boosting").json(Reference.self).bands.first { $0.name == name })
    }

    @Test(arguments: ["default", "regularized"]) func classificationIsAsGood(_ name: String) throws {
        let fixture = try TreesFixture.golden()
        let (x, y, folds) = try (fixture.matrix("x"), fixture.labels("y"), fixture.labels("fold"))
        let parameters = sampled {
            if name == "regularized" {
                ($0.numLeaves, $0.lambdaL1, $0.lambdaL2, $0.maxDepth) = (8, 0.5, 2, 4)
            }
        }
        let band = try band(name)
        for seed in 0..<2 {
            var (loss, correct) = (0.0, 0)
            for fold in 0..<5 {
                let train = folds.indices.filter { folds[$0] != fold }
                let test = folds.indices.filter { folds[$0] == fold }
                let model = try GradientBoostingOptions(parameters).fit(
                    x.rows(train), labels: train.map { y[$0] }, classes: 6, weights: nil,
                    generator: RandomGenerator(seed: UInt64(seed)))
                let found = model.probabilities(x.rows(test))
                for (i, row) in test.enumerated() {
                    loss -= log(found[i, y[row]]) / Double(y.count)
                    correct += found.largest[i] == y[row] ? 1 : 0
                }
            }
            let share = Double(correct) / Double(y.count)
            #expect(share >= band.accuracy[0] && share <= band.accuracy[1], "\(share), \(band.accuracy)")
            #expect(loss >= band.loss[0] && loss <= band.loss[1], "\(loss), \(band.loss)")
        }
    }

    @Test func regressionIsAsGood() throws {
        let fixture = try TreesFixture("trees")
        let (x, y, folds) = try (fixture.matrix("x"), fixture.values("target"), fixture.labels("fold"))
        let band = try band("regression")
        var error = 0.0
        for fold in 0..<5 {
            let train = folds.indices.filter { folds[$0] != fold }
            let test = folds.indices.filter { folds[$0] == fold }
            let model = try GradientBoostingRegressorOptions(sampled { $0.nEstimators = 60 }).fit(
                x.rows(train), targets: train.map { y[$0] }, weights: nil, generator: RandomGenerator(seed: 1)
            )
            for (row, value) in zip(test, model.predictions(x.rows(test))) {
                error += (value - y[row]) * (value - y[row]) / Double(y.count)
            }
        }
        #expect(error >= band.loss[0] && error <= band.loss[1], "\(error), \(band.loss)")
    }

    @Test func trainingLossFallsAndStopsEarly() throws {
        let fixture = try TreesFixture.golden()
        let (x, y, folds) = try (fixture.matrix("x"), fixture.labels("y"), fixture.labels("fold"))
        let train = folds.indices.filter { folds[$0] != 0 }
        let test = folds.indices.filter { folds[$0] == 0 }
        let (valid, labels) = (x.rows(test), test.map { y[$0] })
        func fit(_ rounds: Int?) throws -> (model: BoostingClassifier, history: BoostingHistory) {
            try GradientBoostingOptions(
                BoostingParameters(nEstimators: 150, learningRate: 0.2, earlyStoppingRounds: rounds)
            ).fit(
                x.rows(train), labels: train.map { y[$0] }, classes: 6, weights: nil,
                validation: (valid, labels),
                generator: RandomGenerator(seed: 1))
        }
        let (all, full) = try fit(nil)
        #expect(full.iterations == 150 && full.training.count == 150 && full.validation.count == 150)
        #expect(zip(full.training, full.training.dropFirst()).allSatisfy { $1 < $0 })
        let found = all.scores(valid)
        let loss = -labels.indices.reduce(0) { $0 + found[$1, labels[$1]] } / Double(labels.count)
        #expect(abs(loss - (full.validation.last ?? 0)) < 1e-9)

        let (stopped, history) = try fit(10)
        let best = try #require(full.validation.min())
        #expect(history.iterations < 150 && history.validation.count == history.iterations + 10)
        #expect(history.validation[history.iterations - 1] == history.validation.min())
        #expect(stopped.ensemble.trees == history.iterations * 6)
        #expect(history.validation.min() ?? 0 <= best + 0.05)
        #expect(stopped.splitImportances.reduce(0, +) > 0 && stopped.gainImportances.allSatisfy { $0 >= 0 })
        #expect(throws: FittingError.self) {
            try GradientBoostingOptions().fit(
                x, labels: y, classes: 6, weights: nil, validation: (valid.columns([0, 1]), labels),
                generator: RandomGenerator(seed: 1))
        }
    }

    /// With one leaf per row and a learning rate of 1, a regression tree is exact after one iteration.
    @Test func oneIterationCanFitExactly() throws {
        let x = Matrix(rows: 64, columns: 1, values: (0..<64).map { Double($0 * $0) })
        let targets = (0..<64).map { Double(($0 * 37) % 64) }
        let model = try GradientBoostingRegressorOptions(
            BoostingParameters(
                nEstimators: 1, learningRate: 1, numLeaves: 64, minDataInLeaf: 1, minDataInBin: 1)
        ).fit(x, targets: targets, weights: nil, generator: RandomGenerator(seed: 1))
        for (a, b) in zip(model.predictions(x), targets) { #expect(abs(a - b) < 1e-5) }
    }

    /// A weight of 2 is nearly the same as a row that occurs twice.
    @Test func weightsCount() throws {
        let fixture = try TreesFixture("trees")
        let (x, y) = try (fixture.matrix("x"), fixture.labels("y"))
        let weights = y.map { $0 == 1 ? 5.0 : 1 }
        let options = GradientBoostingOptions(BoostingParameters(nEstimators: 10))
        let plain = try options.fit(
            x, labels: y, classes: 4, weights: nil, generator: RandomGenerator(seed: 1))
        let more = try options.fit(
            x, labels: y, classes: 4, weights: weights, generator: RandomGenerator(seed: 1))
        func mean(_ model: BoostingClassifier) -> Double {
            let found = model.probabilities(x)
            return (0..<x.rows).reduce(0) { $0 + found[$1, 1] } / Double(x.rows)
        }
        let share = Double(y.count { $0 == 1 }) / Double(y.count)
        #expect(abs(mean(plain) - share) < 0.02)
        #expect(mean(more) > share + 0.05)
    }
}
