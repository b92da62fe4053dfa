/// Combines a sparse matrix on a neighbor graph with its transpose.
enum SymmetricSum {
    /// Returns rows with ascending columns. `combine` receives an element and that at the transposed place, and must be
    /// symmetric; missing elements are 0.
    static func of(
        _ graph: NeighborGraph, weights: [Double], _ combine: (Double, Double) -> Double
    ) -> (starts: [Int], columns: [Int32], values: [Double]) {
        let (rows, count) = (graph.rows, graph.count)
        // The transpose, whose rows have ascending columns because they are filled in the order of the rows.
        var starts = [Int](repeating: 0, count: rows + 1)
        for column in graph.indices { starts[Int(column) + 1] += 1 }
        for row in 0..<rows { starts[row + 1] += starts[row] }
        var place = starts
        var sources = [Int32](repeating: 0, count: rows * count)
        var incoming = [Double](repeating: 0, count: rows * count)
        for row in 0..<rows {
            for at in row * count..<(row + 1) * count {
                let column = Int(graph.indices[at])
                sources[place[column]] = Int32(truncatingIfNeeded: row)
                incoming[place[column]] = weights[at]
                place[column] += 1
            }
        }
        var result: (starts: [Int], columns: [Int32], values: [Double]) = ([0], [], [])
        result.columns.reserveCapacity(2 * rows * count)
        result.values.reserveCapacity(2 * rows * count)
        for row in 0..<rows {
            let outgoing = (row * count..<(row + 1) * count).sorted { graph.indices[$0] < graph.indices[$1] }
            var (a, b) = (0, starts[row])
            while a < outgoing.count || b < starts[row + 1] {
                let left = a < outgoing.count ? graph.indices[outgoing[a]] : .max
                let right = b < starts[row + 1] ? sources[b] : .max
                let out = left <= right ? weights[outgoing[a]] : 0
                let back = right <= left ? incoming[b] : 0
                result.columns.append(min(left, right))
                result.values.append(combine(out, back))
                if left <= right { a += 1 }
                if right <= left { b += 1 }
            }
            result.starts.append(result.columns.count)
        }
        return result
    }
}
