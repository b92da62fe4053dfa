/// Orders items so that similar ones are neighbors: the leaves of a tree by average linkage.
package enum HierarchicalOrder {
    /// Returns the indices of the items in their new order. `distances` are symmetric.
    package static func of(_ distances: [[Double]]) -> [Int] {
        var distances = distances
        var clusters = distances.indices.map { [$0] }
        while clusters.count > 1 {
            var (best, first, second) = (Double.infinity, 0, 1)
            for row in 1..<clusters.count {
                for column in 0..<row where distances[row][column] < best {
                    (best, first, second) = (distances[row][column], column, row)
                }
            }
            let (a, b) = (Double(clusters[first].count), Double(clusters[second].count))
            for other in clusters.indices {
                let mean = (a * distances[first][other] + b * distances[second][other]) / (a + b)
                distances[first][other] = mean
                distances[other][first] = mean
            }
            distances.remove(at: second)
            for row in distances.indices { distances[row].remove(at: second) }
            clusters[first] += clusters.remove(at: second)
        }
        return clusters.first ?? []
    }
}
