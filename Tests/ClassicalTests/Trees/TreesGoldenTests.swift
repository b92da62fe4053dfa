import Autograd
import Classical
import Testing

/// Trees and forests against the golden files of scikit-learn.
@Suite struct TreesGoldenTests {
    struct Golden: Decodable {
        struct Parameters: Decodable {
            var criterion: String
            var max_depth: Int?
            var min_samples_leaf: Int
            var class_weight: String?
            var bootstrap: Bool?
            var n_estimators: Int?
        }
        struct Tree: Decodable {
            var name: String
            var params: Parameters
            var classes: Int
            var tree: ReferenceTree
        }
        struct Forest: Decodable {
            var params: Parameters
            var accept_mean_of_10_seeds: [Double]
        }
        var trees: [Tree]
        var random_forest: [String: Forest]
    }

    @Test func treesAreEqual() throws {
        let fixture = try TreesFixture.golden()
        let cases = try fixture.json(Golden.self).trees
        #expect(!cases.isEmpty)
        for tree in cases {
            let path = "tree/\(tree.name)"
            let options = DecisionTreeOptions(
                criterion: try #require(ImpurityCriterion(rawValue: tree.params.criterion)),
                growth: TreeGrowth(
                    maxDepth: tree.params.max_depth, minSamplesLeaf: .count(tree.params.min_samples_leaf)),
                classWeight: tree.params.class_weight == "balanced" ? .balanced : nil)
            let model = try options.fit(
                fixture.matrix("\(path)/x"), labels: fixture.labels("\(path)/y"), classes: tree.classes,
                weights: nil, generator: RandomGenerator(seed: 1))
            #expect(model.ensemble.difference(from: tree.tree) == nil, "\(tree.name)")
            let found = model.probabilities(try fixture.matrix("\(path)/test_x"))
            let expected = try fixture.matrix("\(path)/test_prob")
            for (a, b) in zip(found.values, expected.values) { #expect(abs(a - b) < 1e-6) }
            #expect(found.largest == (try fixture.labels("\(path)/test_pred")))
            for (a, b) in zip(model.featureImportances, try fixture.values("\(path)/importance")) {
                #expect(abs(a - b) < 1e-6, "\(tree.name)")
            }
        }
    }

    @Test func forestsAreAsAccurate() throws {
        let fixture = try TreesFixture.golden()
        let (x, y, folds) = try (fixture.matrix("x"), fixture.labels("y"), fixture.labels("fold"))
        let forests = try fixture.json(Golden.self).random_forest
        #expect(!forests.isEmpty)
        for (name, forest) in forests {
            var scores: [Double] = []
            for seed in 0..<10 {
                let options = RandomForestOptions(
                    nEstimators: forest.params.n_estimators ?? 100,
                    growth: TreeGrowth(maxDepth: forest.params.max_depth, maxFeatures: .sqrt),
                    bootstrap: forest.params.bootstrap ?? true)
                let found = try outOfFold(x, y, folds) { x, y in
                    try options.fit(
                        x, labels: y, classes: (y.max() ?? 0) + 1, weights: nil,
                        generator: RandomGenerator(seed: UInt64(seed)))
                }
                scores.append(accuracy(found, y))
            }
            let mean = scores.reduce(0, +) / 10
            #expect(
                mean >= forest.accept_mean_of_10_seeds[0] && mean <= forest.accept_mean_of_10_seeds[1],
                "\(name): \(mean)")
        }
    }
}

/// The predicted classes of each fold by a classifier that was fitted to the other folds.
func outOfFold(
    _ x: Matrix, _ y: [Int], _ folds: [Int], fit: (Matrix, [Int]) throws -> some Classifier
) throws -> [Int] {
    var found = Array(repeating: -1, count: y.count)
    for fold in Set(folds).sorted() {
        let train = folds.indices.filter { folds[$0] != fold }
        let test = folds.indices.filter { folds[$0] == fold }
        let model = try fit(x.rows(train), train.map { y[$0] })
        for (row, label) in zip(test, model.probabilities(x.rows(test)).largest) { found[row] = label }
    }
    return found
}
