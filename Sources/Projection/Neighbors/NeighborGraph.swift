import Autograd

/// The nearest neighbors of each row without the row itself, in ascending order of distance. Of rows at equal
/// distances, those with lower indices come first.
package struct NeighborGraph: Sendable, Equatable {
    package let rows: Int
    /// The number of neighbors of each row.
    package let count: Int
    /// The neighbors, row by row.
    package var indices: [Int32]
    /// The distances in the metric, row by row.
    package var distances: [Double]

    /// Finds the exact neighbors by comparing all pairs. `count` is at most the number of other rows.
    package init(exact data: DistanceRows, count: Int) {
        var indices = [Int32](repeating: 0, count: data.rows * count)
        var distances = [Double](repeating: 0, count: data.rows * count)
        indices.withUnsafeMutableBufferPointer { indices in
            distances.withUnsafeMutableBufferPointer { distances in
                guard let indices = indices.baseAddress, let distances = distances.baseAddress else { return }
                data.eachBlock { range, all in
                    for row in range {
                        var list = NeighborList(
                            indices: indices + row * count, distances: distances + row * count,
                            capacity: count)
                        let squared = all + (row - range.lowerBound) * data.rows
                        for other in 0..<row { list.insert(other, squared[other]) }
                        for other in row + 1..<data.rows { list.insert(other, squared[other]) }
                        list.finish { data.distance($0) }
                    }
                }
            }
        }
        (rows, self.count, self.indices, self.distances) = (data.rows, count, indices, distances)
    }

    init(rows: Int, count: Int, indices: [Int32], distances: [Double]) {
        (self.rows, self.count, self.indices, self.distances) = (rows, count, indices, distances)
    }
}
