import Autograd

/// Approximate nearest neighbors by NN-descent (Dong, Moses and Li 2011): the neighbors of neighbors are likely to be
/// neighbors.
///
/// In each round every row compares itself with the neighbors of its neighbors in the graph of the round before, so
/// that rows do not depend on each other, nor on the number of threads.
package struct NNDescent {
    let data: DistanceRows
    /// The number of neighbors of each row; at most the number of other rows.
    let count: Int
    /// The number of random projection trees whose leaves the search starts from.
    var trees = 6
    /// The maximum number of rounds.
    var rounds = 12
    /// The search ends when fewer than this part of the neighbors change.
    var tolerance = 0.001

    package init(data: DistanceRows, count: Int) {
        (self.data, self.count) = (data, count)
    }

    /// Returns the neighbors.
    package func graph(generator: RandomGenerator) -> NeighborGraph {
        let forest = ProjectionForest(
            data: data, leafSize: max(30, 2 * count + 1), trees: trees, generator: generator)
        let empty = NeighborGraph(rows: data.rows, count: 0, indices: [], distances: [])
        var state = improved(empty, isNew: []) { row, consider in
            for tree in forest.trees {
                let leaf = tree.leaves[row]
                for at in leaf { consider(Int(tree.order[Int(at)])) }
            }
        }
        for round in 0..<rounds {
            let links = NeighborLinks(
                state.graph, isNew: state.isNew, limit: max(count, 15),
                generator: generator.split("round \(round)"))
            state = improved(state.graph, isNew: state.isNew) { row, consider in
                links.forEachSecond(of: row) { consider($0) }
            }
            let changes = state.isNew.reduce(0) { $0 + ($1 ? 1 : 0) }
            if Double(changes) < tolerance * Double(data.rows * count) { break }
        }
        for at in state.graph.distances.indices {
            state.graph.distances[at] = data.distance(state.graph.distances[at])
        }
        return state.graph
    }

    /// Returns a graph of squared distances that includes the best candidates of each row, and which of its edges are new.
    private func improved(
        _ graph: NeighborGraph, isNew: [Bool], _ candidates: (Int, (Int) -> Void) -> Void
    ) -> (graph: NeighborGraph, isNew: [Bool]) {
        let (rows, count) = (data.rows, count)
        var indices = [Int32](repeating: 0, count: rows * count)
        var distances = [Double](repeating: .infinity, count: rows * count)
        var changed = [Bool](repeating: false, count: rows * count)
        indices.withUnsafeMutableBufferPointer { indices in
            distances.withUnsafeMutableBufferPointer { distances in
                changed.withUnsafeMutableBufferPointer { changed in
                    guard let indices = indices.baseAddress, let distances = distances.baseAddress else {
                        return
                    }
                    let changed = changed
                    Parallel.elements(rows, grain: 256) { range in
                        // The row of the range that a candidate was last seen by.
                        var seen = [Int32](repeating: -1, count: rows)
                        for row in range {
                            let stamp = Int32(truncatingIfNeeded: row)
                            var list = NeighborList(
                                indices: indices + row * count, distances: distances + row * count,
                                capacity: count)
                            seen[row] = stamp
                            let old = row * graph.count..<(row + 1) * graph.count
                            for at in old {
                                list.insert(Int(graph.indices[at]), graph.distances[at])
                                seen[Int(graph.indices[at])] = stamp
                            }
                            candidates(row) { other in
                                guard seen[other] != stamp else { return }
                                seen[other] = stamp
                                list.insert(other, data.squared(row, other))
                            }
                            // Small leaves may not fill the list.
                            var next = row
                            while list.count < count {
                                next = (next + 1) % rows
                                if seen[next] != stamp { list.insert(next, data.squared(row, next)) }
                            }
                            let before = Set(graph.indices[old])
                            for at in row * count..<(row + 1) * count {
                                changed[at] = !before.contains(indices[at])
                            }
                        }
                    }
                }
            }
        }
        return (NeighborGraph(rows: rows, count: count, indices: indices, distances: distances), changed)
    }
}
