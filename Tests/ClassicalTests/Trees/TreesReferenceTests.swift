import Autograd
import Classical
import Testing

/// Trees and forests against scikit-learn, for options that the golden files do not have.
@Suite struct TreesReferenceTests {
    struct Reference: Decodable {
        struct Options: Decodable {
            var max_leaf_nodes: Int?
            var max_depth: Int?
            var min_samples_leaf: Double?
            var min_samples_split: Double?
            var min_impurity_decrease: Double?
            var min_weight_fraction_leaf: Double?
            var ccp_alpha: Double?
            var criterion: String?
            var class_weight: ClassWeight?
        }
        enum ClassWeight: Decodable {
            case named(String)
            case given([String: Double])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let name = try? container.decode(String.self) {
                    self = .named(name)
                } else {
                    self = .given(try container.decode([String: Double].self))
                }
            }
        }
        struct Case: Decodable {
            var name: String
            var kind: String
            var weighted: Bool
            var options: Options
            var left: [Int]
            var right: [Int]
            var feature: [Int]
            var threshold: [Double]
            var cover: [Double]
            var value: [[Double]]
            var importances: [Double]
        }
        struct Band: Decodable {
            var name: String
            var score: [Double]
            var oob: [Double]?
            var importances: [[Double]]
        }
        var cases: [Case]
        var bands: [Band]
    }

    @Test func optionsGiveTheSameTree() throws {
        let fixture = try TreesFixture("trees")
        let (x, y) = try (fixture.matrix("x"), fixture.labels("y"))
        let cases = try fixture.json(Reference.self).cases
        #expect(cases.count == 13)
        for tree in cases {
            let growth = TreeGrowth(tree.options)
            let weights = tree.weighted ? try fixture.values("weight") : nil
            let (ensemble, importances): (TreeEnsemble, [Double])
            if tree.kind == "classifier" {
                let options = DecisionTreeOptions(
                    criterion: tree.options.criterion.flatMap(ImpurityCriterion.init) ?? .gini,
                    growth: growth,
                    classWeight: tree.options.class_weight.map { TreeClassWeight($0) })
                let model = try options.fit(
                    x, labels: y, classes: 4, weights: weights, generator: RandomGenerator(seed: 3))
                (ensemble, importances) = (model.ensemble, model.featureImportances)
            } else {
                let model = try DecisionTreeRegressorOptions(growth: growth).fit(
                    x, targets: fixture.values("target"), weights: weights,
                    generator: RandomGenerator(seed: 3))
                (ensemble, importances) = (model.ensemble, model.featureImportances)
            }
            let reference = ReferenceTree(
                left: tree.left, right: tree.right, feature: tree.feature, threshold: tree.threshold,
                value: tree.value)
            #expect(ensemble.difference(from: reference) == nil, "\(tree.name)")
            for (a, b) in zip(ensemble.nodes(ofTree: 0).map(\.cover), tree.cover) {
                #expect(abs(a - b) < 1e-6 * b, "\(tree.name)")
            }
            for (a, b) in zip(importances, tree.importances) { #expect(abs(a - b) < 1e-9, "\(tree.name)") }
        }
    }

    @Test func forestsAreAsAccurate() throws {
        let fixture = try TreesFixture("trees")
        let (x, y, folds) = try (fixture.matrix("x"), fixture.labels("y"), fixture.labels("fold"))
        let bands = try fixture.json(Reference.self).bands.filter { !$0.name.contains("regressor") }
        #expect(bands.count == 5)
        for band in bands {
            func fit(_ x: Matrix, _ y: [Int], _ seed: Int, oob: Bool) throws -> ForestClassifier {
                let generator = RandomGenerator(seed: UInt64(seed))
                if band.name.contains("extra") {
                    var options = ExtraTreesOptions(nEstimators: 60)
                    if band.name.contains("depth") { (options.maxDepth, options.maxFeatures) = (4, .log2) }
                    return try options.fit(x, labels: y, classes: 4, weights: nil, generator: generator)
                }
                var options = RandomForestOptions(nEstimators: 60, oobScore: oob)
                if band.name.contains("balanced") {
                    (options.classWeight, options.maxDepth) = (.balancedSubsample, 4)
                }
                if band.name.contains("half") {
                    (options.maxSamples, options.criterion) = (.fraction(0.5), .entropy)
                }
                return try options.fit(x, labels: y, classes: 4, weights: nil, generator: generator)
            }
            var (scores, oob): ([Double], [Double]) = ([], [])
            var importances = Array(repeating: 0.0, count: x.columns)
            for seed in 0..<5 {
                scores.append(
                    accuracy(try outOfFold(x, y, folds) { try fit($0, $1, seed, oob: false) }, y))
                let model = try fit(x, y, seed, oob: true)
                for i in importances.indices { importances[i] += model.featureImportances[i] / 5 }
                oob.append(model.outOfBag?.score ?? .nan)
            }
            expect(scores, in: band.score, "\(band.name): accuracy")
            if let expected = band.oob { expect(oob, in: expected, "\(band.name): out-of-bag accuracy") }
            for (found, expected) in zip(importances, band.importances) {
                expect([found], in: expected, "\(band.name): importance")
            }
        }
    }

    @Test func regressionForestsAreAsAccurate() throws {
        let fixture = try TreesFixture("trees")
        let (x, y, folds) = try (fixture.matrix("x"), fixture.values("target"), fixture.labels("fold"))
        let bands = try fixture.json(Reference.self).bands.filter { $0.name.contains("regressor") }
        #expect(bands.count == 2)
        for band in bands {
            func fit(_ x: Matrix, _ y: [Double], _ seed: Int) throws -> ForestRegressor {
                let generator = RandomGenerator(seed: UInt64(seed))
                if band.name.contains("extra") {
                    var options = ExtraTreesRegressorOptions(nEstimators: 60)
                    options.maxFeatures = .fraction(0.5)
                    return try options.fit(x, targets: y, weights: nil, generator: generator)
                }
                return try RandomForestRegressorOptions(nEstimators: 60, oobScore: true).fit(
                    x, targets: y, weights: nil, generator: generator)
            }
            var (scores, oob): ([Double], [Double]) = ([], [])
            for seed in 0..<5 {
                var found = y
                for fold in 0..<5 {
                    let train = folds.indices.filter { folds[$0] != fold }
                    let test = folds.indices.filter { folds[$0] == fold }
                    let model = try fit(x.rows(train), train.map { y[$0] }, seed)
                    for (row, value) in zip(test, model.predictions(x.rows(test))) { found[row] = value }
                }
                scores.append(determination(found, y))
                oob.append(try fit(x, y, seed).outOfBag?.score ?? .nan)
            }
            expect(scores, in: band.score, "\(band.name): R2")
            if let expected = band.oob { expect(oob, in: expected, "\(band.name): out-of-bag R2") }
        }
    }

    private func expect(_ found: [Double], in band: [Double], _ name: String) {
        let mean = found.reduce(0, +) / Double(found.count)
        #expect(mean >= band[0] && mean <= band[1], "\(name): \(mean) is not in \(band)")
    }
}

/// The coefficient of determination.
func determination(_ found: [Double], _ expected: [Double]) -> Double {
    let mean = expected.reduce(0, +) / Double(expected.count)
    let residual = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return 1 - residual / expected.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
}

extension TreeGrowth {
    init(_ options: TreesReferenceTests.Reference.Options) {
        func count(_ value: Double?, _ usual: Int) -> SampleCount {
            guard let value else { return .count(usual) }
            return value < 1 ? .fraction(value) : .count(Int(value))
        }
        self.init(
            maxDepth: options.max_depth, minSamplesSplit: count(options.min_samples_split, 2),
            minSamplesLeaf: count(options.min_samples_leaf, 1),
            minWeightFractionLeaf: options.min_weight_fraction_leaf ?? 0,
            maxLeafNodes: options.max_leaf_nodes,
            minImpurityDecrease: options.min_impurity_decrease ?? 0, ccpAlpha: options.ccp_alpha ?? 0)
    }
}

extension TreeClassWeight {
    init(_ weight: TreesReferenceTests.Reference.ClassWeight) {
        switch weight {
        case .named: self = .balanced
        case .given(let weights): self = .given((0..<weights.count).map { weights["\($0)"] ?? 1 })
        }
    }
}
