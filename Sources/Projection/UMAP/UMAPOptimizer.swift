import Autograd
import Classical
import Foundation

/// Stochastic gradient descent with negative sampling. Edges are visited in proportion to their weights; each moves its
/// two points towards each other and its first point away from random points.
struct UMAPOptimizer {
    private struct Edge {
        var head: Int32
        var tail: Int32
        /// The number of epochs between visits.
        var period: Double
        var nextVisit: Double
        var nextNegative: Double
    }

    private let options: UMAP
    private let epochs: Int
    private let curve: MembershipCurve
    private let generator: RandomGenerator
    private var edges: [Edge] = []
    /// The positions, row by row.
    private var positions: [Double]
    private(set) var epoch = 0

    init(
        options: UMAP, set: FuzzySimplicialSet, positions: Matrix, epochs: Int, generator: RandomGenerator
    ) {
        (self.options, self.epochs, self.generator) = (options, epochs, generator)
        self.positions = positions.values
        curve = MembershipCurve(spread: options.spread, minDist: options.minDist)
        let largest = set.values.max() ?? 0
        let negatives = Double(max(options.negativeSampleRate, 1))
        for row in 0..<set.rows {
            for at in set.starts[row]..<set.starts[row + 1]
            where set.values[at] > 0 && set.values[at] >= largest / Double(epochs) {
                let period = largest / set.values[at]
                edges.append(
                    Edge(
                        head: Int32(truncatingIfNeeded: row), tail: set.columns[at], period: period,
                        nextVisit: period, nextNegative: period / negatives))
            }
        }
    }

    /// The current positions, one row of two values per example.
    var layout: Matrix { Matrix(rows: positions.count / 2, columns: 2, values: positions) }

    /// Runs the epochs. Returns whether `isStopped` ended them.
    mutating func run(progress: (ProjectionProgress) -> Void, isStopped: () -> Bool) -> Bool {
        while epoch < epochs {
            if isStopped() { return true }
            runEpoch(rate: options.learningRate * (1 - Double(epoch) / Double(epochs)))
            epoch += 1
            progress(ProjectionProgress(done: epoch, total: epochs))
        }
        return false
    }

    private mutating func runEpoch(rate: Double) {
        let (a, b, strength, generator) = (curve.a, curve.b, options.repulsionStrength, generator)
        let (now, negatives) = (Double(epoch), Double(max(options.negativeSampleRate, 1)))
        let rows = UInt64(positions.count / 2)
        positions.withUnsafeMutableBufferPointer { positions in
            edges.withUnsafeMutableBufferPointer { edges in
                for at in edges.indices where edges[at].nextVisit <= now {
                    let (head, tail) = (2 * Int(edges[at].head), 2 * Int(edges[at].tail))
                    var (x, y) = (positions[head], positions[head + 1])
                    let (dx, dy) = (x - positions[tail], y - positions[tail + 1])
                    let squared = dx * dx + dy * dy
                    if squared > 0 {
                        let power = pow(squared, b)
                        let pull = -2 * a * b * power / (squared * (1 + a * power))
                        let (mx, my) = (rate * Self.clipped(pull * dx), rate * Self.clipped(pull * dy))
                        x += mx
                        y += my
                        positions[tail] -= mx
                        positions[tail + 1] -= my
                    }
                    edges[at].nextVisit += edges[at].period
                    let negativePeriod = edges[at].period / negatives
                    let count =
                        options.negativeSampleRate == 0
                        ? 0 : Int((now - edges[at].nextNegative) / negativePeriod)
                    edges[at].nextNegative += Double(count) * negativePeriod
                    var bits: UInt64 = 0
                    for sample in 0..<max(count, 0) {
                        // Each draw of 64 bits gives two rows.
                        bits = sample % 2 == 0 ? generator.next() : bits >> 32
                        let other = 2 * Int(((bits & 0xFFFF_FFFF) * rows) >> 32)
                        guard other != head else { continue }
                        let (dx, dy) = (x - positions[other], y - positions[other + 1])
                        let squared = dx * dx + dy * dy
                        guard squared > 0 else { continue }
                        let push =
                            2 * strength * b / ((0.001 + squared) * (1 + a * pow(squared, b)))
                        x += rate * Self.clipped(push * dx)
                        y += rate * Self.clipped(push * dy)
                    }
                    (positions[head], positions[head + 1]) = (x, y)
                }
            }
        }
    }

    private static func clipped(_ value: Double) -> Double { min(max(value, -4), 4) }
}
