import Autograd
import Classical

/// Rows prepared for distances: padded to whole vectors, and for the cosine metric scaled to unit length, so that
/// every metric is a function of the squared Euclidean distance.
package final class DistanceRows: Sendable {
    private typealias Vector = SIMD4<Double>

    package let rows: Int
    let metric: DistanceMetric
    /// The number of vectors of a row.
    private let width: Int
    private let storage: [Double]

    package init(_ x: Matrix, metric: DistanceMetric) {
        rows = x.rows
        self.metric = metric
        // A further column sets rows of zeros apart from all others: they have no direction.
        let columns = x.columns + (metric == .cosine ? 1 : 0)
        width = (columns + 3) / 4
        var padded = [Double](repeating: 0, count: x.rows * width * 4)
        for row in 0..<x.rows {
            let start = row * width * 4
            for column in 0..<x.columns { padded[start + column] = x.values[row * x.columns + column] }
            guard metric == .cosine else { continue }
            let largest = x[row: row].reduce(0) { max($0, abs($1)) }
            guard largest > 0 else {
                padded[start + x.columns] = 1
                continue
            }
            var sum = 0.0
            for column in 0..<x.columns {
                padded[start + column] /= largest
                sum += padded[start + column] * padded[start + column]
            }
            let length = sum.squareRoot()
            for column in 0..<x.columns { padded[start + column] /= length }
        }
        storage = padded
    }

    /// Converts a squared Euclidean distance of prepared rows to the metric.
    func distance(_ squared: Double) -> Double { metric == .euclidean ? squared.squareRoot() : squared / 2 }

    /// Returns the squared distance between two prepared rows.
    func squared(_ a: Int, _ b: Int) -> Double {
        storage.withUnsafeBufferPointer { storage in
            guard let base = storage.baseAddress else { return 0 }
            let (a, b) = (base + a * width * 4, base + b * width * 4)
            var sum = Vector()
            for at in 0..<width {
                let difference = Self.load(a, at) - Self.load(b, at)
                sum += difference * difference
            }
            return sum.sum()
        }
    }

    /// Writes the squared distances from each row of a range to all rows, one row of `distances` after the other.
    func fill(_ range: Range<Int>, _ distances: UnsafeMutablePointer<Double>) {
        storage.withUnsafeBufferPointer { storage in
            guard let base = storage.baseAddress else { return }
            // As many rows as stay in the cache while all queries of the range pass over them.
            let block = max(4, 16384 / (width * 4))
            for start in stride(from: 0, to: rows, by: block) {
                let candidates = start..<min(rows, start + block)
                for query in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
                    fill(
                        query..<min(range.upperBound, query + 4), candidates, range.lowerBound, base,
                        distances)
                }
            }
        }
    }

    /// Four queries at a time share each load of a candidate. Short groups repeat their last row.
    private func fill(
        _ queries: Range<Int>, _ candidates: Range<Int>, _ first: Int, _ base: UnsafePointer<Double>,
        _ distances: UnsafeMutablePointer<Double>
    ) {
        let rowSize = width * 4
        let last = queries.upperBound - 1
        let (i0, i1, i2) = (
            queries.lowerBound, min(queries.lowerBound + 1, last), min(queries.lowerBound + 2, last)
        )
        let (q0, q1, q2, q3) = (
            base + i0 * rowSize, base + i1 * rowSize, base + i2 * rowSize, base + last * rowSize
        )
        for candidate in candidates {
            let c = base + candidate * rowSize
            var (s0, s1, s2, s3) = (Vector(), Vector(), Vector(), Vector())
            for at in 0..<width {
                let value = Self.load(c, at)
                let (d0, d1) = (Self.load(q0, at) - value, Self.load(q1, at) - value)
                let (d2, d3) = (Self.load(q2, at) - value, Self.load(q3, at) - value)
                s0 += d0 * d0
                s1 += d1 * d1
                s2 += d2 * d2
                s3 += d3 * d3
            }
            distances[(i0 - first) * rows + candidate] = s0.sum()
            distances[(i1 - first) * rows + candidate] = s1.sum()
            distances[(i2 - first) * rows + candidate] = s2.sum()
            distances[(last - first) * rows + candidate] = s3.sum()
        }
    }

    @inline(__always)
    private static func load(_ row: UnsafePointer<Double>, _ at: Int) -> Vector {
        UnsafeRawPointer(row + at * 4).loadUnaligned(as: Vector.self)
    }

    /// Calls `body` with ranges of rows and their squared distances to all rows, on several threads.
    func eachBlock(_ body: (Range<Int>, UnsafePointer<Double>) -> Void) {
        Parallel.elements(rows, grain: 16) { range in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count * rows) { distances in
                guard let base = distances.baseAddress else { return }
                fill(range, base)
                body(range, base)
            }
        }
    }
}
