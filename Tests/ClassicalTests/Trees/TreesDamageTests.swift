import Autograd
import Classical
import Testing

/// Models are stored as arrays and read again; damaged arrays give an error.
@Suite struct TreesDamageTests {
    let x: Matrix
    let y: [Int]
    let target: [Double]

    init() throws {
        let fixture = try TreesFixture("trees")
        (x, y, target) = try (fixture.matrix("x"), fixture.labels("y"), fixture.values("target"))
    }

    private func forest() throws -> ForestClassifier {
        try RandomForestOptions(nEstimators: 5).fit(
            x, labels: y, classes: 4, weights: nil, generator: RandomGenerator(seed: 1))
    }

    private func boosting() throws -> BoostingClassifier {
        try GradientBoostingOptions(BoostingParameters(nEstimators: 4)).fit(
            x, labels: y, classes: 4, weights: nil, generator: RandomGenerator(seed: 1))
    }

    @Test func arraysGiveTheSameModel() throws {
        #expect(try ForestClassifier(arrays: forest().arrays) == forest())
        #expect(try BoostingClassifier(arrays: boosting().arrays) == boosting())
        let regression = try RandomForestRegressorOptions(nEstimators: 4).fit(
            x, targets: target, weights: nil, generator: RandomGenerator(seed: 1))
        #expect(try ForestRegressor(arrays: regression.arrays) == regression)
        let boosted = try GradientBoostingRegressorOptions(BoostingParameters(nEstimators: 4)).fit(
            x, targets: target, weights: nil, generator: RandomGenerator(seed: 1))
        #expect(try BoostingRegressor(arrays: boosted.arrays) == boosted)
    }

    @Test func arraysAsFloatDecideAlike() throws {
        func rounded(_ arrays: [NamedArray]) -> [NamedArray] {
            arrays.map { NamedArray($0.name, shape: $0.shape, $0.values.map { Double(Float($0)) }) }
        }
        let model = try forest()
        let read = try ForestClassifier(arrays: rounded(model.arrays))
        for (a, b) in zip(read.probabilities(x).values, model.probabilities(x).values) {
            #expect(abs(a - b) < 1e-6)
        }
        for (a, b) in zip(read.ensemble.nodes(ofTree: 2), model.ensemble.nodes(ofTree: 2)) {
            #expect(a.threshold == b.threshold && a.right == b.right && a.feature == b.feature)
        }
    }

    /// Changes one element of an array, or its shape, in a way that cannot belong to a model.
    @Test(arguments: [
        ("feature", 8.0), ("feature", -2), ("feature", 0.5), ("feature", .nan), ("feature", -1),
        ("threshold", .nan),
        ("threshold", .infinity), ("threshold", 1e300), ("right", 0), ("right", 1), ("right", -1),
        ("right", 1e9),
        ("right", 1.5), ("cover", -1), ("cover", .nan), ("leaf_values", .nan), ("leaf_values", -0.5),
        ("tree_nodes", 0), ("tree_nodes", 3), ("tree_nodes", 1e12), ("tree_nodes", .infinity),
        ("tree_leaves", 1),
        ("tree_leaves", 1e6), ("features", 0), ("features", -3), ("features", 9), ("outputs", 3),
        ("outputs", 0),
        ("feature_importances", .nan),
    ])
    func damage(_ name: String, _ value: Double) throws {
        var arrays = try forest().arrays
        let index = try #require(arrays.firstIndex { $0.name == name })
        arrays[index].values[0] = value
        #expect(throws: FittingError.self) { try ForestClassifier(arrays: arrays) }
        arrays[index].values.removeLast()
        #expect(throws: FittingError.self) { try ForestClassifier(arrays: arrays) }
        arrays.remove(at: index)
        #expect(throws: FittingError.self) { try ForestClassifier(arrays: arrays) }
    }

    @Test func rightChildrenCannotFormACycle() throws {
        let arrays = try boosting().arrays
        let right = try #require(arrays.firstIndex { $0.name == "right" })
        let feature = try #require(arrays.first { $0.name == "feature" }).values
        for node in 0..<50 where feature[node] >= 0 {
            for value in 0..<60 where Double(value) != arrays[right].values[node] {
                var damaged = arrays
                damaged[right].values[node] = Double(value)
                #expect(throws: FittingError.self, "node \(node), child \(value)") {
                    try BoostingClassifier(arrays: damaged)
                }
            }
        }
    }

    @Test func modelsOfAnotherKindAreRefused() throws {
        let (forest, boosting) = try (forest().arrays, boosting().arrays)
        #expect(throws: FittingError.self) { try BoostingClassifier(arrays: forest) }
        #expect(throws: FittingError.self) { try ForestClassifier(arrays: boosting) }
        #expect(throws: FittingError.self) { try ForestRegressor(arrays: forest) }
        #expect(throws: FittingError.self) { try BoostingRegressor(arrays: boosting) }
        #expect(throws: FittingError.self) { try ForestClassifier(arrays: []) }
    }
}
