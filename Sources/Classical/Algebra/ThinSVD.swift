import Foundation

/// The singular values of a matrix in descending order, with its right singular vectors.
///
/// The eigenvectors of the Gram matrix are a first approximation. One-sided Jacobi rotations then make the columns
/// orthogonal to a relative 1e-12, which also gives small singular values accurately.
package struct ThinSVD {
    /// The singular values, the largest first: as many as the smaller side of the matrix has.
    package private(set) var values: [Double]
    /// The right singular vectors, one per row.
    package private(set) var right: Matrix

    /// Decomposes a matrix.
    package init(_ matrix: Matrix) {
        let isWide = matrix.rows < matrix.columns
        let tall = isWide ? matrix.transposed : matrix
        let n = tall.columns
        var vectors = SymmetricEigen(ColumnProducts(tall).gram).vectors
        var scaled = vectors.productTransposed(tall)
        var sweeps = 0
        while sweeps < 30, ThinSVD.sweep(&scaled, &vectors) { sweeps += 1 }
        let lengths = (0..<n).map { row in
            scaled[row: row].reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        let order = (0..<n).sorted { lengths[$0] == lengths[$1] ? $0 < $1 : lengths[$0] > lengths[$1] }
        values = order.map { lengths[$0] }
        right = (isWide ? scaled : vectors).rows(order)
        guard isWide else { return }
        for row in 0..<n where values[row] > 0 {
            for column in 0..<right.columns { right[row, column] /= values[row] }
        }
    }

    /// Rotates each pair of rows that is not orthogonal. Returns whether there was one.
    private static func sweep(_ scaled: inout Matrix, _ vectors: inout Matrix) -> Bool {
        let gram = scaled.productTransposed(scaled)
        let (n, length) = (scaled.rows, scaled.columns)
        let largest = (0..<n).map { gram[$0, $0] }.max() ?? 0
        let floor = largest * 1e-30
        var isChanged = false
        scaled.values.withUnsafeMutableBufferPointer { scaled in
            vectors.values.withUnsafeMutableBufferPointer { vectors in
                guard let rows = scaled.baseAddress, let vectors = vectors.baseAddress else { return }
                for p in 0..<n {
                    for q in p + 1..<max(n, p + 1) {
                        let (pp, qq) = (gram[p, p], gram[q, q])
                        guard pp > floor, qq > floor, abs(gram[p, q]) > 1e-12 * (pp * qq).squareRoot() else {
                            continue
                        }
                        let (a, b) = (rows + p * length, rows + q * length)
                        let (aa, bb, ab) = (
                            dotProduct(a, a, length), dotProduct(b, b, length), dotProduct(a, b, length)
                        )
                        guard abs(ab) > 1e-13 * (aa * bb).squareRoot() else { continue }
                        let ratio = (aa - bb) / (2 * ab)
                        let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + hypot(ratio, 1))
                        let cosine = 1 / hypot(tangent, 1)
                        rotate(a, b, length, cosine: cosine, sine: cosine * tangent)
                        rotate(vectors + p * n, vectors + q * n, n, cosine: cosine, sine: cosine * tangent)
                        isChanged = true
                    }
                }
            }
        }
        return isChanged
    }
}
