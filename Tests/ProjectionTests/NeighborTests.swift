import Autograd
import Classical
import Projection
import Testing

@Suite struct NeighborTests {
    /// Sorted by distance and then by index, from the definition.
    private func neighbors(_ x: Matrix, _ metric: DistanceMetric, _ row: Int) -> [(
        index: Int, distance: Double
    )] {
        func length(_ row: Int) -> Double { x[row: row].reduce(0) { $0 + $1 * $1 }.squareRoot() }
        return (0..<x.rows).filter { $0 != row }.map { other in
            let pairs = zip(x[row: row], x[row: other])
            switch metric {
            case .euclidean:
                return (other, pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot())
            case .cosine:
                let product = length(row) * length(other)
                return (other, product > 0 ? 1 - pairs.reduce(0) { $0 + $1.0 * $1.1 } / product : 1)
            }
        }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    }

    @Test(arguments: DistanceMetric.allCases) func exactNeighborsAreThoseOfTheDefinition(
        metric: DistanceMetric
    ) throws {
        // Sizes that no vector divides.
        let x = Matrix.clusters(3, rows: 61, columns: 7)
        let graph = NeighborGraph(exact: DistanceRows(x, metric: metric), count: 9)
        for row in 0..<x.rows {
            let expected = neighbors(x, metric, row).prefix(9)
            #expect(graph.indices[row * 9..<row * 9 + 9].map { Int($0) } == expected.map(\.index))
            for (found, known) in zip(graph.distances[row * 9..<row * 9 + 9], expected) {
                #expect(abs(found - known.distance) < 1e-12)
            }
        }
    }

    @Test func equalDistancesAreOrderedByIndex() {
        let x = Matrix(rows: 6, columns: 1, values: [0, 1, -1, 1, 0, 5])
        let graph = NeighborGraph(exact: DistanceRows(x, metric: .euclidean), count: 4)
        #expect(graph.indices[0..<4] == [4, 1, 2, 3] && graph.distances[0..<4] == [0, 1, 1, 1])
    }

    @Test func rowsOfZerosHaveNoDirection() {
        let x = Matrix(rows: 4, columns: 2, values: [0, 0, 3, 0, -1, 0, 0, 0])
        let graph = NeighborGraph(exact: DistanceRows(x, metric: .cosine), count: 3)
        #expect(graph.distances[0..<3] == [0, 1, 1] && graph.indices[0] == 3)
        #expect(abs(graph.distances[5] - 2) < 1e-15 && graph.distances[3] == 1)
    }

    @Test func approximateNeighborsAreMostlyExact() {
        for x in [
            Matrix.clusters(10, rows: 3000, columns: 20), .clusters(1, rows: 2000, columns: 8),
            .clusters(300, rows: 2000, columns: 40),
        ] {
            let data = DistanceRows(x, metric: .euclidean)
            let exact = NeighborGraph(exact: data, count: 14)
            let found = onThreads {
                NNDescent(data: data, count: 14).graph(generator: RandomGenerator(seed: 3))
            }
            #expect(found[0] == found[1] && found[0] == found[2])
            let hits = (0..<x.rows).reduce(0) { sum, row in
                let range = row * 14..<row * 14 + 14
                return sum + Set(exact.indices[range]).intersection(found[0].indices[range]).count
            }
            #expect(Double(hits) > 0.97 * Double(14 * x.rows), "\(x.rows) x \(x.columns): \(hits)")
        }
    }

    @Test func approximateNeighborsOfDuplicatesAreComplete() {
        let x = Matrix(rows: 500, columns: 2, values: (0..<1000).map { Double($0 / 2 % 3) })
        let graph = NNDescent(data: DistanceRows(x, metric: .euclidean), count: 14)
            .graph(generator: RandomGenerator(seed: 3))
        for row in 0..<500 {
            let list = graph.indices[row * 14..<row * 14 + 14]
            #expect(Set(list).count == 14 && !list.contains(Int32(row)))
        }
        #expect(graph.distances.allSatisfy { $0 == 0 })
    }
}
