import Autograd
import Foundation

/// The symmetric similarities of the data: a sparse matrix that sums to 1.
package struct Affinities: Sendable {
    /// The start of each row, and the end of the last.
    package private(set) var starts: [Int]
    /// The columns of each row, ascending.
    package private(set) var columns: [Int32]
    package private(set) var values: [Double]

    var rows: Int { starts.count - 1 }

    /// Computes conditional probabilities of the given perplexity from squared distances, and symmetrizes them.
    package init(_ graph: NeighborGraph, perplexity: Double) {
        let conditional = Self.conditional(graph, perplexity: perplexity)
        (starts, columns, values) = SymmetricSum.of(graph, weights: conditional) { $0 + $1 }
        let total = max(values.reduce(0, +), .leastNormalMagnitude)
        for at in values.indices { values[at] /= total }
    }

    /// Returns the probabilities of the neighbors of each row. Their precision is found by bisection until the entropy
    /// is within 1e-5 of the logarithm of the perplexity.
    static func conditional(_ graph: NeighborGraph, perplexity: Double) -> [Double] {
        var result = graph.distances
        let (count, target) = (graph.count, log(perplexity))
        result.withUnsafeMutableBufferPointer { result in
            let result = result
            Parallel.elements(graph.rows, grain: 64) { range in
                for row in range {
                    guard let base = result.baseAddress else { return }
                    search(UnsafeMutableBufferPointer(start: base + row * count, count: count), target)
                }
            }
        }
        return result
    }

    /// Replaces the distances of a row with probabilities.
    private static func search(_ row: UnsafeMutableBufferPointer<Double>, _ target: Double) {
        for at in row.indices { row[at] *= row[at] }
        let nearest = row.min() ?? 0
        for at in row.indices { row[at] -= nearest }
        var (beta, low, high) = (1.0, 0.0, Double.infinity)
        for _ in 0..<1000 {
            var (sum, weighted) = (0.0, 0.0)
            for squared in row {
                let value = exp(-beta * squared)
                sum += value
                weighted += squared * value
            }
            let difference = log(sum) + beta * weighted / sum - target
            if abs(difference) <= 1e-5 { break }
            if difference > 0 { low = beta } else { high = beta }
            let next = high.isInfinite ? beta * 2 : (low + high) / 2
            // Duplicates can keep the entropy above the target for every precision.
            guard next <= 1e280, next > 0 else { break }
            beta = next
        }
        var sum = 0.0
        for at in row.indices {
            row[at] = exp(-beta * row[at])
            sum += row[at]
        }
        for at in row.indices { row[at] /= sum }
    }
}
