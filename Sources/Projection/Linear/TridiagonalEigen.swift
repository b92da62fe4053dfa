import Foundation

/// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by the QR algorithm with Wilkinson's shift.
enum TridiagonalEigen {
    /// Returns the eigenvalues in descending order, each with its eigenvector. `below[i]` is the element between
    /// rows i and i + 1.
    static func pairs(diagonal: [Double], below: [Double]) -> [(value: Double, vector: [Double])] {
        var (d, e) = (diagonal, below)
        var vectors = d.indices.map { k in d.indices.map { $0 == k ? 1.0 : 0.0 } }
        var high = d.count - 1
        var rounds = 0
        while high > 0 {
            if isNegligible(e[high - 1], d[high - 1], d[high]) || rounds == 100 {
                e[high - 1] = 0
                high -= 1
                rounds = 0
                continue
            }
            var low = high - 1
            while low > 0, !isNegligible(e[low - 1], d[low - 1], d[low]) { low -= 1 }
            sweep(low, high, &d, &e, &vectors)
            rounds += 1
        }
        return d.indices.sorted { d[$0] == d[$1] ? $0 < $1 : d[$0] > d[$1] }.map { (d[$0], vectors[$0]) }
    }

    private static func isNegligible(_ element: Double, _ above: Double, _ below: Double) -> Bool {
        abs(element) <= (abs(above) + abs(below)) * 0x1p-53
    }

    /// One shifted QR step on the rows from `low` through `high`, as rotations of adjacent rows.
    private static func sweep(
        _ low: Int, _ high: Int, _ d: inout [Double], _ e: inout [Double], _ vectors: inout [[Double]]
    ) {
        let half = (d[high - 1] - d[high]) / 2
        let corner = e[high - 1]
        let root = hypot(half, corner)
        let shift = d[high] - corner * (corner / (half + (half < 0 ? -root : root)))
        var (x, z) = (d[low] - shift, e[low])
        for k in low..<high {
            let r = hypot(x, z)
            let (c, s) = r > 0 ? (x / r, z / r) : (1, 0)
            if k > low { e[k - 1] = r }
            let (a, b, g) = (d[k], e[k], d[k + 1])
            d[k] = c * c * a + 2 * c * s * b + s * s * g
            d[k + 1] = s * s * a - 2 * c * s * b + c * c * g
            e[k] = c * s * (g - a) + (c * c - s * s) * b
            if k < high - 1 {
                (x, z) = (e[k], s * e[k + 1])
                e[k + 1] *= c
            }
            for i in vectors[k].indices {
                let (u, v) = (vectors[k][i], vectors[k + 1][i])
                vectors[k][i] = c * u + s * v
                vectors[k + 1][i] = c * v - s * u
            }
        }
    }
}
