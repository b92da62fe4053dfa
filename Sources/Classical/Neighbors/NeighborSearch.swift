import Autograd

/// The distance between rows.
public enum NeighborMetric: String, Sendable, Equatable, CaseIterable {
    case euclidean
    case manhattan
    /// 1 minus the cosine of the angle.
    case cosine
}

/// A brute-force search for the nearest training rows.
struct NeighborSearch: Sendable, Equatable {
    let x: Matrix
    let metric: NeighborMetric
    let neighbors: Int
    /// The training rows, scaled to length 1 for `cosine`.
    private let rows: Matrix
    private let norms: [Double]

    static func == (a: Self, b: Self) -> Bool {
        a.x == b.x && a.metric == b.metric && a.neighbors == b.neighbors
    }

    init(_ x: Matrix, metric: NeighborMetric, neighbors: Int) {
        (self.x, self.metric, self.neighbors) = (x, metric, neighbors)
        rows = metric == .cosine ? x.unitRows : x
        norms = KernelMatrix.squaredLengths(rows)
    }

    /// A training row and its distance.
    struct Neighbor {
        var distance: Double
        var index: Int
    }

    private static let block = 32

    /// Calls `body` for each row with its neighbors, the nearest first and of equally near ones the first. Calls are made
    /// in parallel.
    func search(_ x: Matrix, _ body: (_ row: Int, _ neighbors: [Neighbor]) -> Void) {
        x.require(features: rows.columns)
        let queries = metric == .cosine ? x.unitRows : x
        let lengths = KernelMatrix.squaredLengths(queries)
        let factor = metric == .manhattan ? nil : RightFactor(transposed: rows)
        let (count, features) = (rows.rows, rows.columns)
        queries.values.withUnsafeBufferPointer { values in
            rows.values.withUnsafeBufferPointer { known in
                guard let values = values.baseAddress, let known = known.baseAddress else { return }
                Parallel.elements(queries.rows, grain: NeighborSearch.block) { range in
                    withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count * count) {
                        distances in
                        guard let distances = distances.baseAddress else { return }
                        factor?.withFactor {
                            $0.multiply(
                                values + range.lowerBound * features, rows: range.count, rowStep: features,
                                into: distances)
                        }
                        for row in range {
                            let line = distances + (row - range.lowerBound) * count
                            body(row, nearest(values + row * features, lengths[row], known, line))
                        }
                    }
                }
            }
        }
    }

    /// Finds the neighbors of a row, whose products with the training rows are in `line`.
    private func nearest(
        _ query: UnsafePointer<Double>, _ length: Double, _ known: UnsafePointer<Double>,
        _ line: UnsafeMutablePointer<Double>
    ) -> [Neighbor] {
        let (count, features) = (rows.rows, rows.columns)
        var margin = 0.0
        switch metric {
        case .manhattan:
            for index in 0..<count { line[index] = manhattan(query, known + index * features, features) }
        case .cosine:
            for index in 0..<count { line[index] = 1 - line[index] }
        case .euclidean:
            // The products give squared distances with a rounding error. Candidates are computed again below.
            var longest = 0.0
            for index in 0..<count {
                line[index] = length + norms[index] - 2 * line[index]
                longest = max(longest, norms[index])
            }
            margin = 1e-13 * Double(features + 8) * (length + longest)
        }
        var candidates = smallest(line, margin: 2 * margin)
        if metric == .euclidean {
            for position in candidates.indices {
                candidates[position].distance =
                    squaredDistance(query, known + candidates[position].index * features, features)
                    .squareRoot()
            }
        }
        candidates.sort { $0.distance == $1.distance ? $0.index < $1.index : $0.distance < $1.distance }
        return Array(candidates.prefix(neighbors))
    }

    /// Returns all values that exceed the k-th smallest by at most a margin, by index.
    private func smallest(_ line: UnsafePointer<Double>, margin: Double) -> [Neighbor] {
        var best: [Double] = []
        best.reserveCapacity(neighbors + 1)
        for index in 0..<rows.rows {
            let value = line[index]
            if best.count == neighbors, value >= best[neighbors - 1] { continue }
            var position = best.count
            while position > 0, best[position - 1] > value { position -= 1 }
            best.insert(value, at: position)
            if best.count > neighbors { best.removeLast() }
        }
        let limit = (best.last ?? .infinity) + margin
        return (0..<rows.rows).filter { line[$0] <= limit }.map { Neighbor(distance: line[$0], index: $0) }
    }
}

@inline(__always)
private func manhattan(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    var sum = 0.0
    for i in 0..<count { sum += abs(a[i] - b[i]) }
    return sum
}

@inline(__always)
private func squaredDistance(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    var sum = 0.0
    for i in 0..<count {
        let difference = a[i] - b[i]
        sum += difference * difference
    }
    return sum
}

extension Matrix {
    /// The rows scaled to length 1; rows of zeros stay.
    fileprivate var unitRows: Matrix {
        var result = self
        for row in 0..<rows {
            let length = self[row: row].reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard length > 0 else { continue }
            for column in 0..<columns { result[row, column] /= length }
        }
        return result
    }
}
