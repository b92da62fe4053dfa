/// The Cholesky factor L of a symmetric positive definite matrix L Lᵀ.
package struct Cholesky {
    private let size: Int
    private var factor: [Double]

    /// Factors a matrix, of which the lower triangle is read. Returns nil if it is not numerically positive definite: if a pivot
    /// is at most `tolerance` times its element of the diagonal. The default is close to the rounding errors of the pivots.
    package init?(_ matrix: Matrix, tolerance: Double? = nil) {
        size = matrix.rows
        factor = matrix.values
        let n = size
        let limit = tolerance ?? 1e-15 * Double(max(n, 1))
        let isDefinite = factor.withUnsafeMutableBufferPointer { values -> Bool in
            guard let base = values.baseAddress else { return true }
            for i in 0..<n {
                let row = base + i * n
                let original = row[i]
                for j in 0..<i { row[j] = (row[j] - dotProduct(row, base + j * n, j)) / base[j * n + j] }
                let rest = row[i] - dotProduct(row, row, i)
                guard rest > limit * original, rest.isFinite else { return false }
                row[i] = rest.squareRoot()
            }
            return true
        }
        guard isDefinite else { return nil }
    }

    /// Returns the solution of A x = b for each row b of a matrix, row by row.
    package func solve(rows right: Matrix) -> Matrix {
        var result = right
        let n = size
        result.values.withUnsafeMutableBufferPointer { values in
            factor.withUnsafeBufferPointer { factor in
                guard let base = values.baseAddress, let factor = factor.baseAddress else { return }
                for row in 0..<right.rows {
                    let x = base + row * n
                    for i in 0..<n { x[i] = (x[i] - dotProduct(factor + i * n, x, i)) / factor[i * n + i] }
                    for i in stride(from: n - 1, through: 0, by: -1) {
                        x[i] /= factor[i * n + i]
                        addScaled(-x[i], factor + i * n, to: x, i)
                    }
                }
            }
        }
        return result
    }
}
