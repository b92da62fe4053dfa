import Autograd

/// The outgoing and some of the incoming edges of each row of a neighbor graph, for a round of NN-descent.
struct NeighborLinks {
    private var starts: [Int] = [0]
    private var rows: [Int32] = []
    private var isNew: [Bool] = []

    /// Takes all outgoing edges and at random up to `limit` incoming ones.
    init(_ graph: NeighborGraph, isNew edges: [Bool], limit: Int, generator: RandomGenerator) {
        let count = graph.count
        var incoming = [Int32](repeating: 0, count: graph.rows * limit)
        var sizes = [Int](repeating: 0, count: graph.rows)
        for edge in graph.indices.indices {
            let target = Int(graph.indices[edge])
            // Reservoir sampling: each incoming edge has the same chance.
            let place = sizes[target] < limit ? sizes[target] : generator.below(sizes[target] + 1)
            sizes[target] += 1
            if place < limit { incoming[target * limit + place] = Int32(truncatingIfNeeded: edge) }
        }
        for row in 0..<graph.rows {
            for edge in row * count..<(row + 1) * count {
                rows.append(graph.indices[edge])
                isNew.append(edges[edge])
            }
            for at in row * limit..<row * limit + min(sizes[row], limit) {
                let edge = Int(incoming[at])
                rows.append(Int32(truncatingIfNeeded: edge / count))
                isNew.append(edges[edge])
            }
            starts.append(rows.count)
        }
    }

    /// Calls `body` with the neighbors of the neighbors of a row that a new edge leads to.
    func forEachSecond(of row: Int, _ body: (Int) -> Void) {
        for first in starts[row]..<starts[row + 1] {
            let middle = Int(rows[first])
            for second in starts[middle]..<starts[middle + 1] where isNew[first] || isNew[second] {
                body(Int(rows[second]))
            }
        }
    }
}
