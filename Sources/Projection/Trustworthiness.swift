import Autograd
import Classical

/// How far the neighbors in an embedding are neighbors in the data (Venna and Kaski 2001), as in scikit-learn: 1 if
/// all are, and about 0.5 for random positions.
public struct Trustworthiness: Sendable, Equatable {
    /// The number of neighbors in the embedding; less than half the number of rows.
    public var nNeighbors: Int
    /// The metric of the data. Distances in the embedding are Euclidean.
    public var metric: DistanceMetric

    /// Creates the measure.
    public init(nNeighbors: Int = 5, metric: DistanceMetric = .euclidean) {
        (self.nNeighbors, self.metric) = (nNeighbors, metric)
    }

    /// Returns the trustworthiness of an embedding with one row per row of the data.
    public func score(_ x: Matrix, embedding: Matrix) throws(FittingError) -> Double {
        try ProjectionCheck.data(x, minimum: 3)
        guard embedding.rows == x.rows else {
            throw FittingError("the embedding", found: "\(embedding.rows) rows", allowed: "\(x.rows)")
        }
        try ProjectionCheck.data(embedding, minimum: 1)
        try ProjectionCheck.option("n_neighbors", nNeighbors, in: 1...max(1, (x.rows - 1) / 2))
        let near = NeighborGraph(
            exact: DistanceRows(embedding, metric: .euclidean), count: nNeighbors)
        let data = DistanceRows(x, metric: metric)
        var penalties = [Int](repeating: 0, count: x.rows)
        penalties.withUnsafeMutableBufferPointer { penalties in
            let penalties = penalties
            data.eachBlock { range, all in
                for row in range {
                    let squared = all + (row - range.lowerBound) * data.rows
                    for place in row * nNeighbors..<(row + 1) * nNeighbors {
                        let rank = Self.rank(of: Int(near.indices[place]), squared, row, data.rows)
                        penalties[row] += max(0, rank - nNeighbors)
                    }
                }
            }
        }
        let (n, k) = (Double(x.rows), Double(nNeighbors))
        let total = Double(penalties.reduce(0, +))
        return 1 - total * 2 / (n * k * (2 * n - 3 * k - 1))
    }

    /// The rank of a neighbor among all other rows, 1 for the nearest.
    private static func rank(
        of neighbor: Int, _ squared: UnsafePointer<Double>, _ row: Int, _ rows: Int
    ) -> Int {
        let limit = squared[neighbor]
        var nearer = 0
        for other in 0..<neighbor { nearer += squared[other] <= limit ? 1 : 0 }
        for other in neighbor + 1..<rows { nearer += squared[other] < limit ? 1 : 0 }
        // The row itself is at distance 0 and was counted, unless a duplicate before it is the neighbor.
        let isCounted = row < neighbor || limit > 0
        return nearer + (isCounted ? 0 : 1)
    }
}
