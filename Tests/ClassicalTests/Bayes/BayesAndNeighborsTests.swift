import Autograd
import Classical
import Testing

/// Naive Bayes and nearest neighbors against scikit-learn.
struct BayesAndNeighborsTests {
    let reference: ModelReference
    let generator = RandomGenerator(seed: 0)

    init() throws { reference = try ModelReference.shared.get() }

    @Test(arguments: [
        ("bayes", GaussianNBOptions(), false),
        ("bayes_priors", GaussianNBOptions(priors: [0.1, 0.2, 0.3, 0.4], varSmoothing: 0.01), false),
        ("bayes_sample_weight", GaussianNBOptions(), true),
    ]) func naiveBayes(_ name: String, _ options: GaussianNBOptions, _ isWeighted: Bool) throws {
        let model = try options.fit(
            reference.training, labels: reference.labels, classes: 4,
            weights: isWeighted ? reference.weights : nil, generator: generator)
        expectClose(model.theta.values, try reference.values(name, "theta"), 1e-12)
        expectClose(model.variance.values, try reference.values(name, "var"), 1e-12)
        expectClose(model.scores(reference.testing).values, try reference.values(name, "log"), 1e-10)
        expectClose(
            model.probabilities(reference.testing).values, try reference.values(name, "probability"), 1e-10)
        try expectStorable(model)
        try expectRejected(model, "var", model.variance.values.map { -$0 })
    }

    @Test(arguments: NeighborMetric.allCases, NeighborWeights.allCases)
    func neighbors(_ metric: NeighborMetric, _ weights: NeighborWeights) throws {
        let name = "neighbors_\(metric)_\(weights)"
        let model = try KNeighborsOptions(nNeighbors: 7, weights: weights, metric: metric).fit(
            reference.training, labels: reference.labels, classes: 4, weights: nil, generator: generator)
        expectClose(
            model.probabilities(reference.testing).values, try reference.values(name, "probability"), 1e-10)
        #expect(largestColumns(model.scores(reference.testing)) == (try reference.integers(name, "predict")))
        try expectStorable(model)
        let regression = try KNeighborsRegressorOptions(nNeighbors: 7, weights: weights, metric: metric).fit(
            reference.training, targets: reference.targets, weights: nil, generator: generator)
        expectClose(
            regression.predictions(reference.testing), try reference.values(name, "regression"), 1e-10)
        try expectStorable(regression)
    }

    /// Rows at distance 0 outweigh all others, although products of rows have rounding errors.
    @Test func zeroDistance() throws {
        let model = try KNeighborsOptions(nNeighbors: 120, weights: .distance).fit(
            matrix(reference.coarse), labels: reference.labels, classes: 4, weights: nil, generator: generator
        )
        expectClose(
            model.probabilities(matrix(reference.coarse_test)).values,
            try reference.values("neighbors_zero_distance", "probability"), 1e-10)
    }

    /// With equally many votes, the first class is predicted.
    @Test func voteTie() throws {
        let model = try KNeighborsOptions(nNeighbors: 2).fit(
            reference.training, labels: reference.labels, classes: 4, weights: nil, generator: generator)
        let probabilities = try reference.values("neighbors_vote_tie", "probability")
        #expect(probabilities.contains(0.5))
        expectClose(model.probabilities(reference.testing).values, probabilities, 0)
        #expect(
            largestColumns(model.scores(reference.testing))
                == (try reference.integers("neighbors_vote_tie", "predict")))
    }

    /// Of equally near rows, the first are taken, also far from the origin.
    @Test func distanceTie() throws {
        let x = matrix([[1e6 + 1], [1e6 - 1], [1e6 + 1], [1e6 + 3]])
        let model = try KNeighborsRegressorOptions(nNeighbors: 2).fit(
            x, targets: [1, 2, 4, 8], weights: nil, generator: generator)
        #expect(model.predictions(matrix([[1e6], [1e6 + 3]])) == [1.5, 4.5])
        #expect(throws: FittingError.self) {
            try KNeighborsRegressorOptions().fit(
                x, targets: [1, 2, 4, 8], weights: nil, generator: generator)
        }
    }

    /// The candidates that single precision selects include the neighbors, wherever the rows are and however long.
    @Test(
        arguments: NeighborMetric.allCases,
        [(0, 1, 1), (1e6, 1, 1), (0, 1e9, 1), (3, 1, 1e100), (0, 1e12, 1e-30)])
    func neighborsAreThoseOfDoublePrecision(
        _ metric: NeighborMetric, _ change: (offset: Double, outlier: Double, scale: Double)
    ) throws {
        let generator = RandomGenerator(seed: 7)
        var rows = (0..<700).map { row in
            (0..<6).map { column in
                (generator.uniform() + (column == 2 ? change.offset : 0)) * change.scale
                    * (row == 300 ? change.outlier : 1)
            }
        }
        rows[600] = rows[20]
        let targets = rows.indices.map { Double($0 * $0) }
        let model = try KNeighborsRegressorOptions(nNeighbors: 4, metric: metric).fit(
            matrix(rows), targets: targets, weights: nil, generator: generator)
        // Queries near the rows, far from them, and beyond the range of Float.
        let queries =
            (0..<100).map { rows[7 * $0].map { $0 * 1.01 } }
            + [1e-3, 1e5, 1e60].map { factor in
                rows[5].map { $0 * factor }
            }
        func unit(_ row: [Double]) -> [Double] {
            let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return row.map { $0 / length }
        }
        func distance(_ a: [Double], _ b: [Double]) -> Double {
            switch metric {
            case .euclidean: zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            case .manhattan: zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) }
            case .cosine: 1 - zip(unit(a), unit(b)).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
        let expected = queries.map { query in
            let distances = rows.map { distance(query, $0) }
            let order = rows.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
            return order.prefix(4).reduce(0) { $0 + targets[$1] } / 4
        }
        #expect(model.predictions(matrix(queries)) == expected)
        #expect(queries.map { model.predictions(matrix([$0]))[0] } == expected)
        #expect(model.predictions(matrix([[.nan, 0, 0, 0, 0, 0]]))[0].isNaN)
    }

    /// Rows so near to each other, compared with others, that their squared distances are too small for a Float.
    @Test func neighborsOfTinyDistances() throws {
        let unit = 0x1p-74 / 2.0.squareRoot()
        let rows = [1, -1, 0.495 * unit, 0.51 * unit, -0.495 * unit, -0.51 * unit].map { [$0] }
        let model = try KNeighborsRegressorOptions(nNeighbors: 1).fit(
            matrix(rows), targets: [0, 1, 2, 3, 4, 5], weights: nil, generator: generator)
        #expect(model.predictions(matrix([[0.5 * unit], [-0.5 * unit], [0.9]])) == [2, 4, 0])
    }

    @Test func damage() throws {
        let model = try KNeighborsOptions(nNeighbors: 3).fit(
            reference.training, labels: reference.labels, classes: 4, weights: nil, generator: generator)
        try expectRejected(model, "options", [3, 0, 3])
        try expectRejected(model, "options", [0, 2, 3])
        try expectRejected(model, "options", [0, 0, 0])
        try expectRejected(model, "options", [0, 0, 121])
        try expectRejected(model, "options", [0, 0, 1.5])
        try expectRejected(model, "labels", model.labels.map { _ in 4 })
        try expectRejected(model, "classes", [-1])
    }
}
