import Autograd
import Classical
import Foundation
import Projection
import Testing

@Suite struct TrustworthinessTests {
    @Test func scoresAreThoseOfScikitLearn() throws {
        let reference = try Reference()
        let (x, pca) = (try reference.digits(), try reference.matrix("pca"))
        let expected = try reference.values("trust.pca")
        var at = 0
        for metric in DistanceMetric.allCases {
            for neighbors in [5, 12] {
                let scores = try onThreads {
                    try Trustworthiness(nNeighbors: neighbors, metric: metric).score(x, embedding: pca)
                }
                #expect(scores[0] == scores[1] && scores[0] == scores[2])
                // The order of rows at equal distances differs.
                #expect(abs(scores[0] - expected[at]) < 5e-5, "\(scores[0]), expected \(expected[at])")
                at += 1
            }
        }
    }

    @Test func theDataAreTrustworthyThemselves() throws {
        var x = Matrix.clusters(3, rows: 50, columns: 2)
        // Duplicates are ordered by index in both.
        for at in 0..<20 { x.values[at] = x.values[at % 4] }
        #expect(try Trustworthiness(nNeighbors: 7).score(x, embedding: x) == 1)
    }

    @Test func principalComponentsAreThoseOfScikitLearn() throws {
        let reference = try Reference()
        let found = PCA2D.positions(try reference.digits(), generator: RandomGenerator(seed: 1))
        #expect(found.difference(to: try reference.matrix("pca")) < 1e-6)
    }

    @Test func principalComponentsFollowTheScaleOfTheData() {
        let x = Matrix.clusters(3, rows: 50, columns: 4)
        let expected = PCA2D.positions(x, generator: RandomGenerator(seed: 1))
        for scale in [1e-120, 1e120] {
            let scaled = Matrix(rows: 50, columns: 4, values: x.values.map { $0 * scale })
            var found = PCA2D.positions(scaled, generator: RandomGenerator(seed: 1))
            found.values = found.values.map { $0 / scale }
            #expect(found.difference(to: expected) < 1e-10)
        }
    }

    /// The adjacency matrix of a path, whose eigenvalues are 2 cos(pi k / (n + 1)) and close to each other.
    @Test func leadingEigenvectorsAreThoseOfThePath() {
        let size = 150
        func apply(_ vector: [Double], _ image: inout [Double]) {
            for at in 0..<size {
                image[at] = (at > 0 ? vector[at - 1] : 0) + (at + 1 < size ? vector[at + 1] : 0)
            }
        }
        var lanczos = Lanczos(size: size)
        let first = lanczos.leading(2, generator: RandomGenerator(seed: 1), apply)
        lanczos.excluded = [first[0].vector]
        let others = lanczos.leading(2, generator: RandomGenerator(seed: 1), apply)
        for (k, pair) in [(1, first[0]), (2, first[1]), (2, others[0]), (3, others[1])] {
            let step = Double.pi * Double(k) / Double(size + 1)
            #expect(abs(pair.value - 2 * cos(step)) < 1e-10)
            let expected = (1...size).map { sin(step * Double($0)) / (Double(size + 1) / 2).squareRoot() }
            let product = zip(pair.vector, expected).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(abs(product) - 1) < 1e-9)
        }
    }

    @Test func errorsSayWhatIsAllowed() {
        let x = Matrix.clusters(3, rows: 11, columns: 2)
        #expect(throws: FittingError("\"n_neighbors\"", found: "6", allowed: "1 to 5")) {
            try Trustworthiness(nNeighbors: 6).score(x, embedding: x)
        }
        #expect(throws: FittingError("the embedding", found: "2 rows", allowed: "11")) {
            try Trustworthiness().score(x, embedding: x.rows([0, 1]))
        }
    }
}
