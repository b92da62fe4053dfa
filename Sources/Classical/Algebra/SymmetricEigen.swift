import Autograd
import Foundation

/// The eigenvalues of a symmetric matrix in descending order, and its orthonormal eigenvectors.
package struct SymmetricEigen {
    /// The eigenvalues, the largest first.
    package private(set) var values: [Double]
    /// The eigenvectors, one per row.
    package private(set) var vectors: Matrix

    /// Decomposes a matrix by reduction to tridiagonal form and implicit QL steps.
    package init(_ matrix: Matrix) {
        let n = matrix.rows
        var tridiagonal = Tridiagonal(matrix)
        tridiagonal.diagonalize()
        let order = (0..<n).sorted {
            let (a, b) = (tridiagonal.diagonal[$0], tridiagonal.diagonal[$1])
            return a == b ? $0 < $1 : a > b
        }
        values = order.map { tridiagonal.diagonal[$0] }
        vectors = tridiagonal.vectors.rows(order)
    }

    /// Returns the minimum-norm solution of A x = b for each row b, ignoring eigenvalues below a relative cutoff.
    func solve(rows right: Matrix) -> Matrix {
        let largest = values.map(abs).max() ?? 0
        let cutoff = largest * 0x1p-52 * Double(max(values.count, 1))
        var coordinates = right.productTransposed(vectors)
        for row in 0..<coordinates.rows {
            for (column, value) in values.enumerated() {
                coordinates[row, column] = abs(value) > cutoff ? coordinates[row, column] / value : 0
            }
        }
        return coordinates.product(vectors)
    }
}

/// A symmetric tridiagonal matrix T with A = Z T Zᵀ.
private struct Tridiagonal {
    var diagonal: [Double]
    var offDiagonal: [Double]
    /// Zᵀ: its rows become the eigenvectors.
    var vectors: Matrix

    /// Reduces a symmetric matrix with Householder reflections.
    init(_ matrix: Matrix) {
        let n = matrix.rows
        var work = matrix.values
        // Reflection k is I - scales[k] v vᵀ; v is kept in row k, from column k + 1 on.
        var scales = [Double](repeating: 0, count: n)
        diagonal = [Double](repeating: 0, count: n)
        offDiagonal = [Double](repeating: 0, count: n)
        vectors = Matrix(rows: n, columns: n)
        for i in 0..<n { vectors[i, i] = 1 }
        var product = [Double](repeating: 0, count: n)
        work.withUnsafeMutableBufferPointer { work in
            product.withUnsafeMutableBufferPointer { product in
                guard let a = work.baseAddress, let p = product.baseAddress else { return }
                for k in 0..<n {
                    diagonal[k] = a[k * n + k]
                    guard k + 1 < n else { break }
                    let v = a + k * n + k + 1
                    let size = n - k - 1
                    let length = dotProduct(v, v, size).squareRoot()
                    let end = v[0] > 0 ? -length : length
                    offDiagonal[k] = size == 1 ? v[0] : end
                    guard size > 1, length > 0 else { continue }
                    v[0] -= end
                    let scale = 2 / dotProduct(v, v, size)
                    guard scale.isFinite else {
                        offDiagonal[k] = v[0] + end
                        continue
                    }
                    scales[k] = scale
                    let below = a + (k + 1) * n + k + 1
                    Parallel.elements(size, grain: max(32, 100_000 / size)) { range in
                        for row in range { p[row] = scale * dotProduct(below + row * n, v, size) }
                    }
                    addScaled(-scale / 2 * dotProduct(p, v, size), v, to: p, size)
                    Parallel.elements(size, grain: max(32, 100_000 / size)) { range in
                        for row in range {
                            let (target, mine, other) = (below + row * n, v[row], p[row])
                            for column in 0..<size { target[column] -= mine * p[column] + other * v[column] }
                        }
                    }
                }
                vectors.values.withUnsafeMutableBufferPointer { z in
                    guard let z = z.baseAddress else { return }
                    for k in stride(from: n - 3, through: 0, by: -1) where scales[k] != 0 {
                        let (v, size, scale) = (a + k * n + k + 1, n - k - 1, scales[k])
                        Parallel.elements(size, grain: max(32, 100_000 / size)) { range in
                            for row in range {
                                let target = z + (k + 1 + row) * n + k + 1
                                addScaled(-scale * dotProduct(target, v, size), v, to: target, size)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Makes the matrix diagonal with implicitly shifted QL steps.
    mutating func diagonalize() {
        let n = diagonal.count
        var (d, e) = (diagonal, offDiagonal)
        vectors.values.withUnsafeMutableBufferPointer { z in
            guard let z = z.baseAddress else { return }
            for first in 0..<n {
                for _ in 0..<80 {
                    var last = first
                    while last < n - 1, abs(e[last]) > 0x1p-52 * (abs(d[last]) + abs(d[last + 1])) {
                        last += 1
                    }
                    if last == first { break }
                    let ratio = (d[first + 1] - d[first]) / (2 * e[first])
                    let root = hypot(ratio, 1)
                    var shifted = d[last] - d[first] + e[first] / (ratio + (ratio < 0 ? -root : root))
                    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
                    var isSplit = false
                    for i in stride(from: last - 1, through: first, by: -1) {
                        let (bulge, along) = (sine * e[i], cosine * e[i])
                        let length = hypot(bulge, shifted)
                        e[i + 1] = length
                        if length == 0 {
                            d[i + 1] -= shift
                            e[last] = 0
                            isSplit = true
                            break
                        }
                        (sine, cosine) = (bulge / length, shifted / length)
                        shifted = d[i + 1] - shift
                        let mixed = (d[i] - shifted) * sine + 2 * cosine * along
                        shift = sine * mixed
                        d[i + 1] = shifted + shift
                        shifted = cosine * mixed - along
                        rotate(z + i * n, z + (i + 1) * n, n, cosine: cosine, sine: -sine)
                    }
                    if isSplit { continue }
                    d[first] -= shift
                    e[first] = shifted
                    e[last] = 0
                }
            }
        }
        (diagonal, offDiagonal) = (d, e)
    }
}

/// Replaces two vectors a, b by c a + s b and c b - s a.
@inline(__always)
func rotate(
    _ a: UnsafeMutablePointer<Double>, _ b: UnsafeMutablePointer<Double>, _ count: Int, cosine c: Double,
    sine s: Double
) {
    for i in 0..<count {
        let (x, y) = (a[i], b[i])
        a[i] = c * x + s * y
        b[i] = c * y - s * x
    }
}
