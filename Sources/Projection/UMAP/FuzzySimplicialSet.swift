import Autograd
import Foundation

/// The weighted neighbor graph of UMAP: a symmetric sparse matrix of membership strengths.
package struct FuzzySimplicialSet: Sendable {
    /// The start of each row, and the end of the last.
    package private(set) var starts: [Int]
    /// The columns of each row, ascending.
    package private(set) var columns: [Int32]
    package private(set) var values: [Double]

    var rows: Int { starts.count - 1 }

    /// Computes the membership strengths of each row's neighbors, and unites those of both directions.
    package init(_ graph: NeighborGraph, localConnectivity: Double = 1, setOpMixRatio: Double = 1) {
        let weights = Self.memberships(graph, localConnectivity: localConnectivity)
        (starts, columns, values) = SymmetricSum.of(graph, weights: weights) { a, b in
            setOpMixRatio * (a + b - a * b) + (1 - setOpMixRatio) * a * b
        }
    }

    /// Returns the membership strength of each neighbor: 1 up to the distance to the nearest, and decreasing
    /// exponentially from there, at a rate for which their sum is the logarithm of the number of neighbors.
    static func memberships(_ graph: NeighborGraph, localConnectivity: Double) -> [Double] {
        // Each row counts as its own neighbor at distance 0.
        let target = log2(Double(graph.count + 1))
        let mean = graph.distances.reduce(0, +) / Double(max(graph.rows * (graph.count + 1), 1))
        var result = graph.distances
        result.withUnsafeMutableBufferPointer { result in
            let result = result
            Parallel.elements(graph.rows, grain: 64) { range in
                for row in range {
                    guard let base = result.baseAddress else { return }
                    let distances = UnsafeMutableBufferPointer(
                        start: base + row * graph.count, count: graph.count)
                    let near = nearest(distances, localConnectivity)
                    let scale = max(
                        scale(distances, near, target), 1e-3 * floor(distances, near, mean))
                    for at in distances.indices {
                        let excess = distances[at] - near
                        distances[at] = excess <= 0 || scale == 0 ? 1 : exp(-excess / scale)
                    }
                }
            }
        }
        return result
    }

    /// The distance to the nearest neighbor that is no duplicate, interpolated for a fractional connectivity.
    private static func nearest(_ distances: UnsafeMutableBufferPointer<Double>, _ connectivity: Double)
        -> Double
    {
        guard let first = distances.firstIndex(where: { $0 > 0 }) else { return 0 }
        let positive = distances[first...]
        guard Double(positive.count) >= connectivity else { return positive.last ?? 0 }
        let whole = Int(connectivity)
        let fraction = connectivity - Double(whole)
        guard whole > 0 else { return fraction * positive[first] }
        let below = positive[first + whole - 1]
        guard fraction > 1e-5, whole < positive.count else { return below }
        return below + fraction * (positive[first + whole] - below)
    }

    private static func scale(
        _ distances: UnsafeMutableBufferPointer<Double>, _ near: Double, _ target: Double
    ) -> Double {
        var (low, high, middle) = (0.0, Double.infinity, 1.0)
        for _ in 0..<64 {
            let sum = distances.reduce(0) { $0 + ($1 > near ? exp(-($1 - near) / middle) : 1) }
            if abs(sum - target) < 1e-5 { break }
            if sum > target { high = middle } else { low = middle }
            middle = high.isInfinite ? middle * 2 : (low + high) / 2
        }
        return middle
    }

    /// The mean distance, of the row if it has one above 0, that bounds the scale from below.
    private static func floor(
        _ distances: UnsafeMutableBufferPointer<Double>, _ near: Double, _ mean: Double
    ) -> Double {
        near > 0 ? distances.reduce(0, +) / Double(distances.count + 1) : mean
    }

    /// Returns the connected component of each row and the number of components, in the order of their first rows.
    func components() -> (labels: [Int], count: Int) {
        var labels = [Int](repeating: -1, count: rows)
        var count = 0
        for root in 0..<rows where labels[root] < 0 {
            labels[root] = count
            var stack = [root]
            while let row = stack.popLast() {
                for at in starts[row]..<starts[row + 1] where values[at] > 0 {
                    let other = Int(columns[at])
                    if labels[other] < 0 {
                        labels[other] = count
                        stack.append(other)
                    }
                }
            }
            count += 1
        }
        return (labels, count)
    }
}
