import Autograd
import Foundation

/// The gradient of the Kullback-Leibler divergence. Each thread computes the forces on a range of rows, and sums are
/// taken in the order of the rows.
package struct TSNEGradient {
    /// The derivatives: all x, then all y.
    package private(set) var values: [Double]
    /// The sum of the similarities in the embedding over all pairs.
    private var total = 1.0
    private var sums: [Double]
    private let rows: Int
    /// The Barnes-Hut angle; nil computes all pairs.
    private let angle: Double?

    package init(rows: Int, angle: Double?) {
        values = Array(repeating: 0, count: 2 * rows)
        sums = Array(repeating: 0, count: rows)
        (self.rows, self.angle) = (rows, angle)
    }

    /// The Euclidean norm.
    var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// Computes the gradient; `exaggeration` multiplies the similarities of the data.
    package mutating func update(_ positions: [Double], _ affinities: Affinities, exaggeration: Double) {
        let rows = rows
        let tree = angle.map { QuadTree(positions, angle: $0) }
        positions.withUnsafeBufferPointer { positions in
            values.withUnsafeMutableBufferPointer { forces in
                sums.withUnsafeMutableBufferPointer { sums in
                    guard let p = positions.baseAddress, let forces = forces.baseAddress,
                        let sums = sums.baseAddress
                    else { return }
                    if let tree {
                        tree.repel(forces, sums)
                    } else {
                        Self.repel(p, rows, forces, sums)
                    }
                }
            }
        }
        total = max(sums.reduce(0, +), .leastNormalMagnitude)
        attract(positions, affinities, exaggeration)
    }

    /// Adds the attraction to the repulsion, which is divided by the sum over all pairs.
    private mutating func attract(_ positions: [Double], _ affinities: Affinities, _ exaggeration: Double) {
        let (rows, scale) = (rows, 1 / total)
        positions.withUnsafeBufferPointer { p in
            affinities.starts.withUnsafeBufferPointer { starts in
                affinities.columns.withUnsafeBufferPointer { columns in
                    affinities.values.withUnsafeBufferPointer { weights in
                        values.withUnsafeMutableBufferPointer { forces in
                            let forces = forces
                            Parallel.elements(rows, grain: 128) { range in
                                for row in range {
                                    let (x, y) = (p[row], p[rows + row])
                                    var (fx, fy) = (0.0, 0.0)
                                    for at in starts[row]..<starts[row + 1] {
                                        let column = Int(columns[at])
                                        let (dx, dy) = (x - p[column], y - p[rows + column])
                                        let pull = weights[at] / (1 + dx * dx + dy * dy)
                                        fx += pull * dx
                                        fy += pull * dy
                                    }
                                    forces[row] = 4 * (exaggeration * fx - forces[row] * scale)
                                    forces[rows + row] = 4 * (exaggeration * fy - forces[rows + row] * scale)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The repulsion between all pairs.
    private static func repel(
        _ p: UnsafePointer<Double>, _ rows: Int, _ forces: UnsafeMutablePointer<Double>,
        _ sums: UnsafeMutablePointer<Double>
    ) {
        typealias Vector = SIMD4<Double>
        let (xs, ys) = (UnsafeRawPointer(p), UnsafeRawPointer(p + rows))
        Parallel.elements(rows, grain: max(16, 16384 / rows)) { range in
            for row in range {
                let (x, y) = (p[row], p[rows + row])
                var (sum, fx, fy) = (Vector(), Vector(), Vector())
                var at = 0
                while at + 4 <= rows {
                    let dx = x - xs.loadUnaligned(fromByteOffset: at * 8, as: Vector.self)
                    let dy = y - ys.loadUnaligned(fromByteOffset: at * 8, as: Vector.self)
                    let q = 1 / (1 + dx * dx + dy * dy)
                    sum += q
                    fx += q * q * dx
                    fy += q * q * dy
                    at += 4
                }
                // The row itself is at distance 0, so its similarity is 1 and its force is 0.
                var (rest, restX, restY) = (sum.sum() - 1, fx.sum(), fy.sum())
                while at < rows {
                    let (dx, dy) = (x - p[at], y - p[rows + at])
                    let q = 1 / (1 + dx * dx + dy * dy)
                    rest += q
                    restX += q * q * dx
                    restY += q * q * dy
                    at += 1
                }
                (sums[row], forces[row], forces[rows + row]) = (rest, restX, restY)
            }
        }
    }

    /// Returns the divergence at the positions of the last update.
    package func divergence(_ positions: [Double], _ affinities: Affinities, exaggeration: Double) -> Double {
        var parts = [Double](repeating: 0, count: rows)
        let tiny = Double(Float.leastNormalMagnitude)
        parts.withUnsafeMutableBufferPointer { parts in
            let parts = parts
            Parallel.elements(rows, grain: 128) { range in
                for row in range {
                    for at in affinities.starts[row]..<affinities.starts[row + 1] {
                        let column = Int(affinities.columns[at])
                        let dx = positions[row] - positions[column]
                        let dy = positions[rows + row] - positions[rows + column]
                        let q = 1 / (1 + dx * dx + dy * dy) / total
                        let p = exaggeration * affinities.values[at]
                        parts[row] += p * log(max(p, tiny) / max(q, tiny))
                    }
                }
            }
        }
        return parts.reduce(0, +)
    }
}
