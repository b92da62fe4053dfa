import Autograd
import Classical
import Foundation
import Projection
import Testing

@Suite struct TSNETests {
    private func affinities(
        _ x: Matrix, perplexity: Double, metric: DistanceMetric = .euclidean, isExact: Bool
    )
        -> Matrix
    {
        let count = isExact ? x.rows - 1 : min(x.rows - 1, Int(3 * perplexity + 1))
        let p = Affinities(
            NeighborGraph(exact: DistanceRows(x, metric: metric), count: count), perplexity: perplexity)
        return Matrix(dense: x.rows, starts: p.starts, columns: p.columns, values: p.values)
    }

    @Test func affinitiesAreThoseOfScikitLearn() throws {
        let reference = try Reference()
        let x = try reference.matrix("small")
        let near = affinities(x, perplexity: 12, isExact: false)
        #expect(near.difference(to: try reference.matrix("p.nn")) < 1e-5)
        let cosine = affinities(x, perplexity: 12, metric: .cosine, isExact: false)
        #expect(cosine.difference(to: try reference.matrix("p.cosine")) < 1e-5)
        let exact = affinities(x, perplexity: 30, isExact: true)
        #expect(exact.difference(to: try reference.matrix("p.exact")) < 1e-5)
        #expect(abs(exact.values.reduce(0, +) - 1) < 1e-12)
    }

    @Test func theGradientIsTheDerivativeOfTheDivergence() {
        let x = Matrix.clusters(3, rows: 30, columns: 4)
        let p = Affinities(
            NeighborGraph(exact: DistanceRows(x, metric: .euclidean), count: 29), perplexity: 8)
        let random = RandomGenerator(seed: 5)
        let positions = (0..<60).map { _ in 3 * random.uniform() }
        var gradient = TSNEGradient(rows: 30, angle: nil)
        func loss(_ positions: [Double]) -> Double {
            var gradient = TSNEGradient(rows: 30, angle: nil)
            gradient.update(positions, p, exaggeration: 1)
            return gradient.divergence(positions, p, exaggeration: 1)
        }
        gradient.update(positions, p, exaggeration: 1)
        for at in [0, 7, 29, 30, 44, 59] {
            var (less, more) = (positions, positions)
            less[at] -= 1e-5
            more[at] += 1e-5
            let slope = (loss(more) - loss(less)) / 2e-5
            #expect(abs(slope - gradient.values[at]) < 1e-7 * max(1, abs(slope)))
        }
    }

    @Test func barnesHutApproximatesTheGradient() {
        let x = Matrix.clusters(5, rows: 700, columns: 6)
        let p = Affinities(
            NeighborGraph(exact: DistanceRows(x, metric: .euclidean), count: 60), perplexity: 20)
        let random = RandomGenerator(seed: 5)
        // With duplicates, which no cell separates.
        let positions = (0..<1400).map { $0 % 700 < 50 ? 7.5 : 60 * random.uniform() }
        func gradient(_ angle: Double?) -> [Double] {
            var gradient = TSNEGradient(rows: 700, angle: angle)
            gradient.update(positions, p, exaggeration: 1)
            return gradient.values
        }
        func distance(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        }
        let exact = gradient(nil)
        let size = distance(exact, Array(repeating: 0, count: 1400))
        #expect(distance(gradient(0), exact) < 1e-12 * size)
        let errors = [0.2, 0.5, 0.9].map { distance(gradient($0), exact) / size }
        #expect(errors[0] < 1e-3 && errors[1] < 1e-2 && errors[0] < errors[1] && errors[1] < errors[2])
    }

    @Test func embeddingsAreAsGoodAsThoseOfScikitLearn() throws {
        let reference = try Reference()
        let x = try reference.digits()
        let (trust, divergence) = (try reference.values("tsne.trust"), try reference.values("tsne.kl"))
        var exact = TSNE()
        exact.method = .exact
        for (at, options) in [TSNE(), TSNE(metric: .cosine), exact].enumerated() {
            let result = try options.fit(x, generator: RandomGenerator(seed: 1))
            let score = try Trustworthiness(nNeighbors: 12, metric: options.metric)
                .score(x, embedding: result.embedding)
            #expect(score > trust[at] - 0.01, "\(at): \(score), expected \(trust[at])")
            #expect(
                abs(result.klDivergence - divergence[at]) < 0.05 * divergence[at],
                "\(at): \(result.klDivergence), expected \(divergence[at])")
            #expect(result.iterations == 1000 && !result.wasStopped)
        }
    }

    @Test func threadsDoNotChangeABit() throws {
        let x = Matrix.clusters(4, rows: 600, columns: 10)
        for method in [TSNE.Method.exact, .barnesHut] {
            var options = TSNE(perplexity: 20)
            (options.method, options.maxIterations) = (method, 300)
            let results = try onThreads { try options.fit(x, generator: RandomGenerator(seed: 1)) }
            #expect(results[0] == results[1] && results[0] == results[2])
        }
    }

    @Test func randomPositionsFollowTheSeed() throws {
        let x = Matrix.clusters(4, rows: 60, columns: 10)
        var options = TSNE(perplexity: 10)
        (options.initialization, options.maxIterations) = (.random, 250)
        func run(_ seed: UInt64) throws -> Matrix {
            try options.fit(x, generator: RandomGenerator(seed: seed)).embedding
        }
        let (first, second, other) = (try run(1), try run(1), try run(2))
        #expect(first == second && first != other)
    }

    @Test func progressIsReportedAndTheRunCanBeStopped() throws {
        let x = Matrix.clusters(4, rows: 60, columns: 10)
        var (reports, calls) = ([ProjectionProgress](), 0)
        let result = try TSNE(perplexity: 10).fit(x, generator: RandomGenerator(seed: 1)) {
            reports.append($0)
        } isStopped: {
            calls += 1
            return calls > 320
        }
        #expect(result.wasStopped && result.iterations == 320)
        #expect(reports.map(\.done) == [50, 100, 150, 200, 250, 300])
        #expect(reports.allSatisfy { ($0.loss ?? .nan).isFinite && $0.total == 1000 })
        #expect(result.embedding.isFinite)
    }

    @Test func unusualDataWork() throws {
        let generator = RandomGenerator(seed: 1)
        let constant = Matrix(rows: 10, columns: 3, repeating: 7)
        var duplicates = Matrix.clusters(2, rows: 80, columns: 5)
        for at in 0..<200 { duplicates.values[at] = duplicates.values[at % 5] }
        var constantColumns = Matrix.clusters(2, rows: 50, columns: 6)
        for row in 0..<50 { (constantColumns[row, 0], constantColumns[row, 5]) = (1e9, 0.1) }
        let huge = Matrix(rows: 40, columns: 2, values: (0..<80).map { Double($0 * $0 % 17) * 1e120 })
        let tiny = Matrix(rows: 40, columns: 2, values: (0..<80).map { Double($0 * $0 % 17) * 1e-120 })
        let column = Matrix(rows: 40, columns: 1, values: (0..<40).map { Double($0) })
        for x in [constant, duplicates, constantColumns, huge, tiny, column] {
            for method in [TSNE.Method.exact, .barnesHut] {
                var options = TSNE(perplexity: 5)
                (options.method, options.maxIterations) = (method, 300)
                let result = try options.fit(x, generator: generator)
                #expect(result.embedding.isFinite && result.klDivergence.isFinite)
            }
        }
        let pair = try TSNE(perplexity: 1).fit(column.rows([0, 5]), generator: generator)
        #expect(pair.embedding.isFinite)
    }

    @Test func errorsSayWhatIsAllowed() {
        let x = Matrix.clusters(2, rows: 20, columns: 3)
        func message(_ x: Matrix, _ change: (inout TSNE) -> Void) -> String {
            var options = TSNE(perplexity: 5)
            change(&options)
            do {
                _ = try options.fit(x, generator: RandomGenerator(seed: 1))
                return "no error"
            } catch { return error.description }
        }
        #expect(
            message(x) { $0.perplexity = 20 }
                == "\"perplexity\": found 20.0, expected at least 1 and less than the number of rows, 20")
        #expect(message(x) { $0.perplexity = .nan }.hasPrefix("\"perplexity\": found nan"))
        #expect(message(x) { $0.maxIterations = 100 } == "\"max_iter\": found 100, expected at least 250")
        #expect(message(x) { $0.initialization = .spectral }.hasPrefix("\"init\": found spectral"))
        #expect(
            message(x) { $0.initialization = .positions(Matrix(rows: 3, columns: 2)) }
                == "\"init\": found 3 x 2 values, expected 20 x 2")
        #expect(message(x) { $0.angle = 2 }.hasPrefix("\"angle\""))
        #expect(message(x) { $0.learningRate = 0 }.hasPrefix("\"learning_rate\""))
        #expect(message(x) { $0.learningRate = 1e300 }.contains("the optimization diverged"))
        #expect(message(Matrix(rows: 1, columns: 2)) { _ in }.hasPrefix("the data: found 1 rows"))
        var bad = x
        bad[4, 2] = .nan
        #expect(message(bad) { _ in }.hasPrefix("row 4, column 2: found nan"))
    }
}
