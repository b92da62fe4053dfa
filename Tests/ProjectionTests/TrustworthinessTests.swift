import Autograd
import Classical
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
