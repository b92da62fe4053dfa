import Autograd
import Classical
import Projection
import Testing

@Suite struct UMAPTests {
    private func dense(_ set: FuzzySimplicialSet, _ rows: Int) -> Matrix {
        Matrix(dense: rows, starts: set.starts, columns: set.columns, values: set.values)
    }

    @Test func membershipsAreThoseOfUmapLearn() throws {
        let reference = try Reference()
        let x = try reference.matrix("small")
        let graph = NeighborGraph(exact: DistanceRows(x, metric: .euclidean), count: 14)
        let found = dense(FuzzySimplicialSet(graph), 100)
        #expect(found.difference(to: try reference.matrix("fuzzy.digits")) < 1e-4)
    }

    /// With a fractional connectivity, and a mix of union and intersection.
    @Test func mixedMembershipsAreThoseOfUmapLearn() throws {
        let reference = try Reference()
        let x = try reference.matrix("small")
        let graph = NeighborGraph(exact: DistanceRows(x, metric: .euclidean), count: 5)
        let found = dense(FuzzySimplicialSet(graph, localConnectivity: 1.5, setOpMixRatio: 0.4), 100)
        #expect(found.difference(to: try reference.matrix("fuzzy.mixed")) < 1e-4)
    }

    @Test func curvesAreThoseOfUmapLearn() throws {
        let rows = try Reference().matrix("curves")
        for row in 0..<rows.rows {
            let curve = MembershipCurve(spread: rows[row, 0], minDist: rows[row, 1])
            #expect(abs(curve.a - rows[row, 2]) < 1e-4 && abs(curve.b - rows[row, 3]) < 1e-4, "\(row)")
        }
    }

    @Test func embeddingsAreAsGoodAsThoseOfUmapLearn() throws {
        let reference = try Reference()
        let x = try reference.digits()
        let trust = try reference.values("umap.trust")
        for initialization in [ProjectionInit.spectral, .pca] {
            for (at, metric) in DistanceMetric.allCases.enumerated() {
                var options = UMAP(metric: metric)
                options.initialization = initialization
                let result = try options.fit(x, generator: RandomGenerator(seed: 1))
                let score = try Trustworthiness(nNeighbors: 12, metric: metric)
                    .score(x, embedding: result.embedding)
                #expect(score > trust[at] - 0.01, "\(metric): \(score), expected \(trust[at])")
                #expect(result.epochs == 500 && !result.wasStopped)
            }
        }
    }

    @Test func threadsDoNotChangeABit() throws {
        let x = Matrix.clusters(4, rows: 400, columns: 10)
        for search in [UMAP.Search.exact, .nnDescent] {
            for initialization in [ProjectionInit.spectral, .pca, .random] {
                var options = UMAP()
                (options.search, options.initialization, options.nEpochs) = (search, initialization, 30)
                let results = try onThreads { try options.fit(x, generator: RandomGenerator(seed: 1)) }
                #expect(results[0] == results[1] && results[0] == results[2])
                #expect(try options.fit(x, generator: RandomGenerator(seed: 2)) != results[0])
            }
        }
    }

    /// Clusters without an edge between them are laid out apart.
    @Test func separateComponentsStayApart() throws {
        var x = Matrix.clusters(1, rows: 120, columns: 5)
        for row in 0..<120 { x[row, row % 4] += 1000 }
        let result = try UMAP(nNeighbors: 10).fit(x, generator: RandomGenerator(seed: 1)).embedding
        let near = NeighborGraph(exact: DistanceRows(result, metric: .euclidean), count: 5)
        let wrong = near.indices.indices.filter { Int(near.indices[$0]) % 4 != $0 / 5 % 4 }.count
        #expect(wrong < 6)
    }

    @Test func progressIsReportedAndTheRunCanBeStopped() throws {
        let x = Matrix.clusters(4, rows: 60, columns: 10)
        var (reports, calls) = ([ProjectionProgress](), 0)
        let result = try UMAP().fit(x, generator: RandomGenerator(seed: 1)) {
            reports.append($0)
        } isStopped: {
            calls += 1
            return calls > 20
        }
        #expect(result.wasStopped && result.epochs == 20)
        #expect(reports == (1...20).map { ProjectionProgress(done: $0, total: 500) })
    }

    @Test func unusualDataWork() throws {
        let generator = RandomGenerator(seed: 1)
        var duplicates = Matrix.clusters(2, rows: 80, columns: 5)
        for at in 0..<200 { duplicates.values[at] = duplicates.values[at % 5] }
        var constantColumns = Matrix.clusters(2, rows: 50, columns: 6)
        for row in 0..<50 { (constantColumns[row, 0], constantColumns[row, 5]) = (1e9, 0.1) }
        let all = [
            Matrix(rows: 30, columns: 3, repeating: 7), duplicates, constantColumns,
            .clusters(1, rows: 3, columns: 2),
            Matrix(rows: 40, columns: 2, values: (0..<80).map { Double($0 * $0 % 17) * 1e120 }),
            Matrix(rows: 40, columns: 2, values: (0..<80).map { Double($0 * $0 % 17) * 1e-120 }),
            Matrix(rows: 40, columns: 1, values: (0..<40).map { Double($0) }),
        ]
        for (at, x) in all.enumerated() {
            for search in [UMAP.Search.exact, .nnDescent] {
                for initialization in [ProjectionInit.spectral, .pca] {
                    var options = UMAP()
                    (options.search, options.initialization, options.nEpochs) = (search, initialization, 20)
                    let result = try options.fit(x, generator: generator)
                    #expect(result.embedding.isFinite, "\(at)")
                    #expect(Set(result.embedding.values).count > x.rows, "\(at)")
                }
            }
        }
    }

    @Test func errorsSayWhatIsAllowed() {
        let x = Matrix.clusters(2, rows: 20, columns: 3)
        func message(_ x: Matrix, _ change: (inout UMAP) -> Void) -> String {
            var options = UMAP()
            change(&options)
            do {
                _ = try options.fit(x, generator: RandomGenerator(seed: 1))
                return "no error"
            } catch { return error.description }
        }
        #expect(message(x) { $0.nNeighbors = 1 } == "\"n_neighbors\": found 1, expected at least 2")
        #expect(message(x) { $0.minDist = 2 } == "\"min_dist\": found 2.0, expected 0 to spread, 1.0")
        #expect(message(x) { $0.nEpochs = 0 }.hasPrefix("\"n_epochs\": found 0"))
        #expect(message(x) { $0.setOpMixRatio = -1 }.hasPrefix("\"set_op_mix_ratio\""))
        #expect(message(x) { $0.learningRate = .infinity }.hasPrefix("\"learning_rate\""))
        #expect(message(Matrix(rows: 2, columns: 2)) { _ in }.hasPrefix("the data: found 2 rows"))
        #expect(message(x) { $0.nNeighbors = 100 } == "no error")
    }
}
