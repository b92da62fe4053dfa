import Autograd
import Classical
import Testing

/// Shapley values against the package shap and LightGBM, and permutation importance against scikit-learn.
@Suite struct TreesImportanceTests {
    let fixture: TreesFixture
    let x: Matrix

    init() throws {
        fixture = try TreesFixture("boosting")
        x = try fixture.matrix("x")
    }

    private func arrays(_ name: String) throws -> [NamedArray] {
        let kept = ["shap", "expected", "output"].map { "\(name)/\($0)" }
        return try fixture.tensors.names.filter { $0.hasPrefix("\(name)/") && !kept.contains($0) }.map {
            path in
            let tensor = try fixture.tensors.tensor(path)
            return NamedArray(
                String(path.dropFirst(name.count + 1)), shape: tensor.shape, tensor.array.map { Double($0) })
        }
    }

    private func compare(_ found: ShapValues, _ output: [Double], _ name: String) throws {
        let (expected, base) = try (fixture.values("\(name)/shap"), fixture.values("\(name)/expected"))
        try #require(found.values.count == expected.count)
        for (a, b) in zip(found.values, expected) { #expect(abs(a - b) < 1e-6, "\(name)") }
        for (a, b) in zip(found.expectedValues, base) { #expect(abs(a - b) < 1e-6, "\(name)") }
        for (a, b) in zip(output, try fixture.values("\(name)/output")) {
            #expect(abs(a - b) < 1e-6, "\(name)")
        }
        for row in 0..<found.rows {
            for k in 0..<found.outputs {
                let sum = (0..<found.features).reduce(found.expectedValues[k]) { $0 + found[row, $1, k] }
                #expect(abs(sum - output[row * found.outputs + k]) < 1e-9, "\(name): sum")
            }
        }
    }

    @Test(arguments: ["tree", "forest", "extra_trees"]) func forests(_ name: String) throws {
        let model = try ForestClassifier(arrays: arrays(name))
        try compare(model.shapValues(x), model.probabilities(x).values, name)
    }

    @Test func regressionForest() throws {
        let model = try ForestRegressor(arrays: arrays("forest_regressor"))
        try compare(model.shapValues(x), model.predictions(x), "forest_regressor")
    }

    @Test(arguments: ["boosting", "boosting_binary"]) func boosting(_ name: String) throws {
        let model = try BoostingClassifier(arrays: arrays(name))
        try compare(model.shapValues(x), model.margins(x).values, name)
    }

    @Test func boostedRegression() throws {
        let model = try BoostingRegressor(arrays: arrays("boosting_regressor"))
        try compare(model.shapValues(x), model.predictions(x), "boosting_regressor")
    }

    /// Deep trees: the contributions add up to the output, and features that are not used have none.
    @Test func contributionsAddUp() throws {
        let data = try TreesFixture("trees")
        let (x, y) = try (data.matrix("x"), data.labels("y"))
        let model = try RandomForestOptions(nEstimators: 10).fit(
            x.columns([0, 1, 2, 3, 4, 5, 6]), labels: y, classes: 4, weights: nil,
            generator: RandomGenerator(seed: 1))
        let rows = x.columns([0, 1, 2, 3, 4, 5, 6]).rows(Array(0..<30))
        let (shap, output) = (model.shapValues(rows), model.probabilities(rows))
        for row in 0..<30 {
            for k in 0..<4 {
                let sum = (0..<7).reduce(shap.expectedValues[k]) { $0 + shap[row, $1, k] }
                #expect(abs(sum - output[row, k]) < 1e-9)
            }
        }
        #expect(shap.meanAbsolute(output: 1).allSatisfy { $0 > 0 })
    }

    @Test func permutationAgreesWithScikitLearn() throws {
        let data = try TreesFixture("trees")
        let (x, y) = try (data.matrix("x"), data.labels("y"))
        let model = try ForestClassifier(arrays: arrays("forest"))
        let found = try PermutationImportance(nRepeats: 60).compute(
            model, x, labels: y, generator: RandomGenerator(seed: 1))
        #expect(abs(found.baseline - (try fixture.values("permutation/baseline"))[0]) < 1e-6)
        let (means, deviations) = try (fixture.values("permutation/mean"), fixture.values("permutation/sd"))
        for i in means.indices {
            let error = deviations[i] * (2.0 / 60).squareRoot()
            #expect(abs(found.means[i] - means[i]) < 5 * error + 1e-9, "feature \(i)")
            #expect(abs(found.standardDeviations[i] / deviations[i] - 1) < 0.6, "feature \(i)")
            let interval = try #require(found.intervals)[i]
            #expect(abs((interval.lowerBound + interval.upperBound) / 2 - found.means[i]) < 1e-12)
            let half = 2.0010 * found.standardDeviations[i] / 59.0.squareRoot()
            #expect(abs((interval.upperBound - interval.lowerBound) / 2 - half) < 1e-4 * half)
        }
    }

    /// Two copies of a feature replace each other unless they are shuffled together.
    @Test func groupsAreShuffledTogether() throws {
        let generator = RandomGenerator(seed: 2)
        var x = Matrix(rows: 300, columns: 3)
        for row in 0..<300 {
            x[row, 0] = generator.uniform()
            x[row, 1] = x[row, 0]
            x[row, 2] = generator.uniform()
        }
        let y = (0..<300).map { x[$0, 0] > 0.5 ? 1 : 0 }
        let score: @Sendable (Matrix) -> Double = { x in
            let same = (0..<x.rows).count { x[$0, 0] == x[$0, 1] }
            let right = (0..<x.rows).count { (x[$0, 0] > 0.5 ? 1 : 0) == y[$0] }
            return Double(right) + 1000 * Double(same)
        }
        let grouped = try PermutationImportance(nRepeats: 4, groups: [[0, 1], [2]]).compute(
            x, generator: generator, score: score)
        #expect(grouped.means[0] > 100 && grouped.means[0] < 200)
        #expect(grouped.means[1] == 0)
        let alone = try PermutationImportance(nRepeats: 4).compute(x, generator: generator, score: score)
        #expect(alone.means[1] > 100_000)
        #expect(throws: FittingError.self) {
            try PermutationImportance(groups: [[3]]).compute(x, generator: generator, score: score)
        }
        #expect(throws: FittingError.self) {
            try PermutationImportance(nRepeats: 0).compute(x, generator: generator, score: score)
        }
    }

    @Test func metrics() {
        #expect(PermutationImportance.accuracy([0, 1, 1, 1], [0, 0, 0, 1]) == 0.5)
        #expect(
            abs(PermutationImportance.unweightedAverageRecall([0, 1, 1, 1], [0, 0, 0, 1]) - 2.0 / 3) < 1e-15)
    }
}
