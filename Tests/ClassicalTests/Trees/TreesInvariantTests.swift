import Autograd
import Classical
import Testing

/// Properties that hold for all data.
@Suite(.serialized) struct TreesInvariantTests {
    /// Random data with informative, constant, duplicated and discrete columns.
    private func data(_ rows: Int, seed: UInt64) -> (Matrix, [Int]) {
        let generator = RandomGenerator(seed: seed)
        var x = Matrix(rows: rows, columns: 12)
        var y: [Int] = []
        for row in 0..<rows {
            let label = generator.below(3)
            y.append(label)
            for column in 0..<12 {
                x[row, column] = generator.uniform() * 4 + (column < 3 ? Double(label) : 0)
            }
            x[row, 4] = 7
            x[row, 5] = x[row, 0]
            x[row, 6] = Double(generator.below(3))
            x[row, 7] = x[row, 7] > 3.9 ? 1 : 0
            x[row, 8] = -x[row, 1]
        }
        return (x, y)
    }

    @Test func sizesAreThoseOfTheTrees() throws {
        let (x, y) = data(300, seed: 5)
        let forest = try RandomForestOptions(nEstimators: 3, oobScore: true).fit(
            x, labels: y, classes: 3, weights: nil, generator: RandomGenerator(seed: 1))
        let leaves = (0..<3).reduce(0) { sum, tree in
            sum + forest.ensemble.nodes(ofTree: tree).count { $0.feature == nil }
        }
        #expect(forest.size.hasPrefix("3 trees with \(leaves) leaves, depth up to "))
        #expect(forest.size.contains("; out-of-bag accuracy 0."))
        let stump = try DecisionTreeOptions(growth: TreeGrowth(maxDepth: 1)).fit(
            x, labels: y, classes: 3, weights: nil, generator: RandomGenerator(seed: 1))
        #expect(stump.size == "1 tree with 2 leaves, depth 1")
        // What is computed from the training data is unknown in a model that was read.
        #expect(try ForestClassifier(arrays: forest.arrays).size.contains("out-of-bag") == false)
        let boosting = try GradientBoostingOptions(BoostingParameters(nEstimators: 4)).fit(
            x, labels: y, classes: 3, weights: nil, generator: RandomGenerator(seed: 1))
        #expect(boosting.size.hasPrefix("4 iterations, 12 trees with "))
    }

    private func rowsPerLeaf(_ ensemble: TreeEnsemble, _ tree: Int, _ x: Matrix) -> [Int: Int] {
        let nodes = ensemble.nodes(ofTree: tree)
        var counts: [Int: Int] = [:]
        for row in 0..<x.rows {
            var node = 0
            while let feature = nodes[node].feature {
                node = Float(x[row, feature]) <= nodes[node].threshold ? nodes[node].left : nodes[node].right
            }
            counts[node, default: 0] += 1
        }
        return counts
    }

    @Test(arguments: [1, 2, 7, 40]) func leavesHaveEnoughRows(_ least: Int) throws {
        let (x, y) = data(400, seed: 5)
        let generator = RandomGenerator(seed: 2)
        let growth = TreeGrowth(minSamplesLeaf: .count(least), maxFeatures: .sqrt)
        let forests = [
            try RandomForestOptions(nEstimators: 8, growth: growth, bootstrap: false).fit(
                x, labels: y, classes: 3, weights: nil, generator: generator),
            try ExtraTreesOptions(nEstimators: 8, growth: growth).fit(
                x, labels: y, classes: 3, weights: nil, generator: generator),
        ]
        for forest in forests {
            for tree in 0..<forest.ensemble.trees {
                let counts = rowsPerLeaf(forest.ensemble, tree, x)
                let nodes = forest.ensemble.nodes(ofTree: tree)
                #expect(counts.values.allSatisfy { $0 >= least })
                #expect(counts.count == nodes.count { $0.feature == nil })
                for (leaf, count) in counts { #expect(nodes[leaf].cover == Double(count)) }
            }
        }
        let boosted = try GradientBoostingOptions(
            BoostingParameters(nEstimators: 12, minDataInLeaf: least)
        ).fit(x, labels: y, classes: 3, weights: nil, generator: generator)
        for tree in 0..<boosted.ensemble.trees {
            let counts = rowsPerLeaf(boosted.ensemble, tree, x)
            #expect(counts.values.allSatisfy { $0 >= least }, "boosting")
            #expect(counts.count <= 31)
            for (leaf, count) in counts {
                #expect(boosted.ensemble.nodes(ofTree: tree)[leaf].cover == Double(count))
            }
        }
    }

    @Test func unlimitedTreesAreExact() throws {
        let (x, y) = data(300, seed: 6)
        let generator = RandomGenerator(seed: 2)
        let tree = try DecisionTreeOptions().fit(x, labels: y, classes: 3, weights: nil, generator: generator)
        #expect(tree.probabilities(x).largest == y)
        let extra = try ExtraTreesOptions(nEstimators: 3).fit(
            x, labels: y, classes: 3, weights: nil, generator: generator)
        #expect(extra.probabilities(x).largest == y)
        #expect(tree.featureImportances[4] == 0 && extra.featureImportances[4] == 0)
        #expect(abs(extra.featureImportances.reduce(0, +) - 1) < 1e-12)
    }

    @Test func resultsDoNotDependOnThreads() throws {
        let (x, y) = data(500, seed: 7)
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        func all() throws -> ([NamedArray], [Double]) {
            let generator = RandomGenerator(seed: 3)
            let forest = try RandomForestOptions(
                nEstimators: 9, oobScore: true, classWeight: .balancedSubsample
            ).fit(
                x, labels: y, classes: 3, weights: nil, generator: generator)
            let extra = try ExtraTreesOptions(nEstimators: 5).fit(
                x, labels: y, classes: 3, weights: nil, generator: generator)
            let parameters = BoostingParameters(
                nEstimators: 6, featureFraction: 0.7, baggingFraction: 0.8, baggingFreq: 2)
            let boosting = try GradientBoostingOptions(parameters).fit(
                x, labels: y, classes: 3, weights: nil, generator: generator)
            let binary = try GradientBoostingOptions(parameters).fit(
                x, labels: y.map { min($0, 1) }, classes: 2, weights: nil, generator: generator)
            let importance = try PermutationImportance(nRepeats: 2).compute(
                forest, x, labels: y, generator: generator)
            let arrays = forest.arrays + extra.arrays + boosting.arrays + binary.arrays
            let values =
                forest.probabilities(x).values + boosting.probabilities(x).values
                + (forest.outOfBag?.predictions.values ?? []) + importance.decreases.joined()
                + boosting.shapValues(x.rows(Array(0..<9))).values
            return (arrays, values)
        }
        Parallel.threads = 1
        let expected = try all()
        for count in [2, 3] {
            Parallel.threads = count
            let found = try all()
            #expect(found.0 == expected.0, "\(count) threads: models")
            #expect(found.1 == expected.1, "\(count) threads: values")
        }
    }

    @Test func oneRowGivesTheSameAsMany() throws {
        let (x, y) = data(1203, seed: 8)
        let forest = try RandomForestOptions(nEstimators: 21).fit(
            x, labels: y, classes: 3, weights: nil, generator: RandomGenerator(seed: 3))
        let boosting = try GradientBoostingOptions(BoostingParameters(nEstimators: 7)).fit(
            x, labels: y, classes: 3, weights: nil, generator: RandomGenerator(seed: 3))
        let (all, raw) = (forest.probabilities(x), boosting.margins(x))
        for row in 0..<x.rows {
            #expect(forest.probabilities(x.rows([row])).values == Array(all[row: row]))
            #expect(boosting.margins(x.rows([row])).values == Array(raw[row: row]))
        }
        #expect(forest.probabilities(x.rows([])).values.isEmpty)
    }

    /// Predicts as the nodes say, one tree after the other.
    private func walked(_ ensemble: TreeEnsemble, _ x: Matrix, row: Int) -> [Double] {
        var sums = Array(repeating: 0.0, count: ensemble.outputs)
        for tree in 0..<ensemble.trees {
            let nodes = ensemble.nodes(ofTree: tree)
            var node = 0
            while let feature = nodes[node].feature {
                node = Float(x[row, feature]) <= nodes[node].threshold ? nodes[node].left : nodes[node].right
            }
            for (output, value) in nodes[node].values.enumerated() { sums[output] += value }
        }
        return sums.map { $0 / Double(ensemble.trees) }
    }

    @Test(arguments: [1, 5]) func rowsDescendAsTheNodesSay(_ leaf: Int) throws {
        let (x, y) = data(300, seed: 12)
        let signed = Matrix(rows: x.rows, columns: x.columns, values: x.values.map { $0 - 2 })
        let forest = try RandomForestOptions(
            nEstimators: 19, growth: TreeGrowth(minSamplesLeaf: .count(leaf), maxFeatures: .sqrt)
        ).fit(signed, labels: y, classes: 3, weights: nil, generator: RandomGenerator(seed: 3))
        let thresholds = forest.ensemble.nodes(ofTree: 0).filter { $0.feature != nil }.map {
            Double($0.threshold)
        }
        let unusual = [
            0, -0.0, .nan, -.nan, .infinity, -.infinity, 1e300, -1e300, 1e-44, -1e-44, 1e-300, -1e-300,
        ]
        let generator = RandomGenerator(seed: 4)
        var tested = signed
        for i in tested.values.indices where generator.below(2) == 0 {
            let values = generator.below(2) == 0 ? unusual : thresholds
            tested.values[i] = values[generator.below(values.count)]
        }
        let all = forest.probabilities(tested)
        for row in 0..<tested.rows {
            let expected = walked(forest.ensemble, tested, row: row)
            #expect(Array(all[row: row]) == expected)
            #expect(forest.probabilities(tested.rows([row])).values == expected)
        }
    }

    /// With so many features, the steps of a tree do not fit into the nodes for prediction.
    @Test func treesOfManyFeaturesPredictTheSame() throws {
        let generator = RandomGenerator(seed: 5)
        let x = Matrix(rows: 3000, columns: 4, values: (0..<12000).map { _ in generator.uniform() })
        let tree = try DecisionTreeOptions().fit(
            x, labels: (0..<x.rows).map { _ in generator.below(3) }, classes: 3, weights: nil,
            generator: generator)
        let features = 1 << 20
        let wide = try ForestClassifier(
            arrays: tree.arrays.map { array in
                switch array.name {
                case "features": NamedArray(array.name, shape: [], [Double(features)])
                case "feature_importances":
                    NamedArray(
                        array.name, shape: [features],
                        array.values + Array(repeating: 0, count: features - array.values.count))
                default: array
                }
            })
        var rows = Matrix(rows: 2, columns: features)
        for row in 0..<2 { for column in 0..<4 { rows[row, column] = x[row, column] } }
        #expect(wide.probabilities(rows).values == tree.probabilities(x.rows([0, 1])).values)
    }

    @Test func outOfBagPredictionsAreThoseOfUnseenTrees() throws {
        let generator = RandomGenerator(seed: 4)
        let rows = 400
        let x = Matrix(rows: rows, columns: 6, values: (0..<rows * 6).map { _ in generator.uniform() })
        let y = (0..<rows).map { _ in generator.below(2) }
        let forest = try RandomForestOptions(nEstimators: 60, oobScore: true).fit(
            x, labels: y, classes: 2, weights: nil, generator: generator)
        let outOfBag = try #require(forest.outOfBag)
        // Labels are random: the training accuracy is 1, and the out-of-bag accuracy is that of guessing.
        #expect(accuracy(forest.probabilities(x).largest, y) > 0.99)
        #expect(abs(outOfBag.score - 0.5) < 0.11)
        let mean = Double(outOfBag.trees.reduce(0, +)) / Double(rows * 60)
        #expect(abs(mean - 0.368) < 0.01)
        for row in 0..<rows { #expect(abs(outOfBag.predictions[row: row].reduce(0, +) - 1) < 1e-9) }
    }

    @Test func constantAndExtremeFeatures() throws {
        let constant = Matrix(rows: 6, columns: 2, repeating: 3)
        let labels = [0, 1, 0, 1, 1, 1]
        let generator = RandomGenerator(seed: 4)
        for model in [
            try RandomForestOptions(nEstimators: 3, bootstrap: false).fit(
                constant, labels: labels, classes: 2, weights: nil, generator: generator),
            try ExtraTreesOptions(nEstimators: 3).fit(
                constant, labels: labels, classes: 2, weights: nil, generator: generator),
        ] {
            #expect(model.ensemble.nodes(ofTree: 0).count == 1)
            #expect(abs(model.probabilities(constant)[0, 1] - 4.0 / 6) < 1e-12)
            #expect(model.featureImportances == [0, 0])
        }
        let boosted = try GradientBoostingOptions().fit(
            constant, labels: labels, classes: 2, weights: nil, generator: generator)
        #expect(abs(boosted.probabilities(constant)[0, 1] - 4.0 / 6) < 1e-12)
        let extremes = Matrix(
            rows: 6, columns: 1, values: [-3e38, 3e38, -3e38, 3e38, 3e38, 3e38])
        let tree = try DecisionTreeOptions().fit(
            extremes, labels: labels, classes: 2, weights: nil, generator: generator)
        #expect(tree.probabilities(extremes).largest == labels)
        for value in [Double.nan, .infinity, -.infinity, 1e39] {
            var x = extremes
            x[4, 0] = value
            #expect(throws: FittingError.self) {
                try DecisionTreeOptions().fit(
                    x, labels: labels, classes: 2, weights: nil, generator: generator)
            }
            #expect(throws: FittingError.self) {
                try GradientBoostingOptions().fit(
                    x, labels: labels, classes: 2, weights: nil, generator: generator)
            }
        }
    }

    /// A class without rows has the probability 0 in trees, and nearly 0 in boosting.
    @Test func missingClass() throws {
        let (x, y) = data(200, seed: 9)
        let labels = y.map { $0 == 2 ? 3 : $0 }
        let generator = RandomGenerator(seed: 4)
        let forest = try RandomForestOptions(nEstimators: 5, classWeight: .balanced).fit(
            x, labels: labels, classes: 4, weights: nil, generator: generator)
        let boosting = try GradientBoostingOptions(BoostingParameters(nEstimators: 5)).fit(
            x, labels: labels, classes: 4, weights: nil, generator: generator)
        for row in 0..<x.rows {
            #expect(forest.probabilities(x)[row, 2] == 0)
            #expect(boosting.probabilities(x)[row, 2] < 1e-9)
            #expect(abs(boosting.probabilities(x)[row: row].reduce(0, +) - 1) < 1e-9)
        }
    }

    /// A weight of 2 is the same as a row that occurs twice, and a weight of 0 as a row that is missing.
    @Test func weightsAreRepetitions() throws {
        let (x, y) = data(120, seed: 10)
        let weights = (0..<120).map { Double($0 % 3) }
        let repeated = (0..<120).flatMap { Array(repeating: $0, count: $0 % 3) }
        let options = DecisionTreeOptions(growth: TreeGrowth(maxDepth: 5))
        let weighted = try options.fit(
            x, labels: y, classes: 3, weights: weights, generator: RandomGenerator(seed: 1))
        let plain = try options.fit(
            x.rows(repeated), labels: repeated.map { y[$0] }, classes: 3, weights: nil,
            generator: RandomGenerator(seed: 1))
        #expect(weighted == plain)
    }

    @Test func optionsOutOfRange() {
        let (x, y) = data(30, seed: 10)
        func fails(_ change: (inout RandomForestOptions) -> Void) -> Bool {
            var options = RandomForestOptions(nEstimators: 2)
            change(&options)
            do {
                _ = try options.fit(
                    x, labels: y, classes: 3, weights: nil, generator: RandomGenerator(seed: 1))
                return false
            } catch {
                return error.found.isEmpty == false
            }
        }
        #expect(!fails { $0.maxDepth = 3 })
        #expect(fails { $0.nEstimators = 0 })
        #expect(fails { $0.maxDepth = -1 })
        #expect(fails { $0.minSamplesSplit = .count(1) })
        #expect(fails { $0.minSamplesLeaf = .fraction(1.5) })
        #expect(fails { $0.maxFeatures = .count(13) })
        #expect(fails { $0.maxFeatures = .fraction(0) })
        #expect(fails { $0.maxLeafNodes = 1 })
        #expect(fails { $0.minImpurityDecrease = -.infinity })
        #expect(fails { $0.minWeightFractionLeaf = 0.7 })
        #expect(fails { $0.ccpAlpha = .nan })
        #expect(fails { $0.maxSamples = .count(0) })
        #expect(fails { $0.maxSamples = .fraction(2) })
        #expect(fails { $0.classWeight = .given([1, 2]) })
        #expect(
            fails {
                $0.bootstrap = false
                $0.oobScore = true
            })
        #expect(!fails { $0.minSamplesLeaf = .count(.max) })
        func boostingFails(_ change: (inout BoostingParameters) -> Void) -> Bool {
            var parameters = BoostingParameters(nEstimators: 2)
            change(&parameters)
            return
                (try? GradientBoostingOptions(parameters).fit(
                    x, labels: y, classes: 3, weights: nil, generator: RandomGenerator(seed: 1))) == nil
        }
        #expect(!boostingFails { $0.maxDepth = 2 })
        #expect(boostingFails { $0.numLeaves = 1 })
        #expect(boostingFails { $0.learningRate = 0 })
        #expect(boostingFails { $0.maxBin = 256 })
        #expect(boostingFails { $0.featureFraction = .nan })
        #expect(boostingFails { $0.lambdaL2 = -1 })
        #expect(boostingFails { $0.minDataInLeaf = 0 })
    }
}
