import Autograd

/// The distance between rows.
public enum NeighborMetric: String, Sendable, Equatable, CaseIterable {
    case euclidean
    case manhattan
    /// 1 minus the cosine of the angle.
    case cosine
}

/// A brute-force search for the nearest training rows.
///
/// Distances in single precision, with a bound of their rounding errors, select candidates, whose distances are then computed
/// in double precision.
struct NeighborSearch: Sendable, Equatable {
    let x: Matrix
    let metric: NeighborMetric
    let neighbors: Int
    /// The training rows, scaled to length 1 for `cosine`.
    private let rows: Matrix
    /// The same rows in single precision; nil for `manhattan`.
    private let rounded: RoundedRows?

    static func == (a: Self, b: Self) -> Bool {
        a.x == b.x && a.metric == b.metric && a.neighbors == b.neighbors
    }

    init(_ x: Matrix, metric: NeighborMetric, neighbors: Int) {
        (self.x, self.metric, self.neighbors) = (x, metric, neighbors)
        rows = metric == .cosine ? x.unitRows : x
        rounded = metric == .manhattan ? nil : RoundedRows(rows, isCosine: metric == .cosine)
    }

    /// A training row and its distance.
    struct Neighbor {
        var distance: Double
        var index: Int
    }

    /// The number of queries of a task, so that their distances stay in the cache.
    private static let queriesAtOnce = 32

    /// Calls `body` for each row with its neighbors, the nearest first and of equally near ones the first. Calls are made
    /// in parallel.
    func search(_ x: Matrix, _ body: (_ row: Int, _ neighbors: [Neighbor]) -> Void) {
        x.require(features: rows.columns)
        let queries = metric == .cosine ? x.unitRows : x
        let features = rows.columns
        queries.values.withUnsafeBufferPointer { queries in
            rows.values.withUnsafeBufferPointer { known in
                guard let queries = queries.baseAddress, let known = known.baseAddress else { return }
                Parallel.elements(x.rows, grain: Self.queriesAtOnce) { range in
                    let first = queries + range.lowerBound * features
                    let found = candidates(first, range.count, known)
                    for (query, candidates) in found.enumerated() {
                        let neighbors = nearest(first + query * features, known, candidates)
                        body(range.lowerBound + query, neighbors)
                    }
                }
            }
        }
    }

    /// Returns the training rows that may be neighbors of each query.
    private func candidates(_ queries: UnsafePointer<Double>, _ count: Int, _ known: UnsafePointer<Double>)
        -> [[Int]]
    {
        let features = rows.columns
        var selections = Array(repeating: NearestSelection(count: neighbors), count: count)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count * (features + RoundedRows.block)) {
            buffer in
            guard let lines = buffer.baseAddress else { return }
            let factors = lines + count * RoundedRows.block
            let lengths = rounded?.round(queries, count, into: factors)
            for first in stride(from: 0, to: rows.rows, by: RoundedRows.block) {
                let width = min(RoundedRows.block, rows.rows - first)
                if let rounded {
                    rounded.distances(factors, count, first, width, into: lines)
                } else {
                    for query in 0..<count {
                        for row in 0..<width {
                            lines[query * width + row] = Float(
                                manhattan(
                                    queries + query * features, known + (first + row) * features, features))
                        }
                    }
                }
                for query in 0..<count {
                    let length = lengths?[query] ?? 0
                    selections[query].add(lines + query * width, width, first: first) {
                        rounded?.error($0, length) ?? 0
                    }
                }
            }
        }
        return selections.map(\.candidates)
    }

    /// Returns the neighbors of a query among candidates.
    private func nearest(
        _ query: UnsafePointer<Double>, _ known: UnsafePointer<Double>, _ candidates: [Int]
    ) -> [Neighbor] {
        let features = rows.columns
        var found = candidates.map { index in
            let row = known + index * features
            let distance =
                switch metric {
                case .euclidean: squaredDistance(query, row, features).squareRoot()
                case .manhattan: manhattan(query, row, features)
                case .cosine: 1 - product(query, row, features)
                }
            return Neighbor(distance: distance, index: index)
        }
        found.removeAll { $0.distance.isNaN }
        found.sort { $0.distance == $1.distance ? $0.index < $1.index : $0.distance < $1.distance }
        return Array(found.prefix(neighbors))
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

@inline(__always)
private func product(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    var sum = 0.0
    for i in 0..<count { sum += a[i] * b[i] }
    return sum
}

extension Matrix {
    /// The squared length of each row.
    var squaredLengths: [Double] {
        values.withUnsafeBufferPointer { values in
            (0..<rows).map { row in
                var sum = 0.0
                for i in row * columns..<(row + 1) * columns { sum += values[i] * values[i] }
                return sum
            }
        }
    }

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
