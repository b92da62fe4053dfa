import Autograd
import Classical

/// The first two principal components of a matrix, which layouts start from.
package enum PCA2D {
    /// Returns the coordinates of each row. Each axis points to where its largest loading is positive. An axis
    /// without variance is 0.
    package static func positions(_ x: Matrix, generator: RandomGenerator) -> Matrix {
        let (centered, size) = centered(x)
        var result = Matrix(rows: x.rows, columns: 2)
        let pairs = Lanczos(size: x.columns).leading(2, generator: generator) { vector, image in
            transposed(centered, product(centered, vector), &image)
        }
        let largest = pairs.first?.value ?? 0
        for (axis, pair) in pairs.enumerated() where pair.value > largest * 1e-20 {
            let top = pair.vector.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
            let scores = product(centered, pair.vector)
            for row in 0..<x.rows { result[row, axis] = (top < 0 ? -size : size) * scores[row] }
        }
        return result
    }

    /// The matrix minus its column means, divided by its largest value so that squares neither overflow nor vanish.
    private static func centered(_ x: Matrix) -> (matrix: Matrix, size: Double) {
        var means = [Double](repeating: 0, count: x.columns)
        for row in 0..<x.rows {
            for column in 0..<x.columns { means[column] += x[row, column] / Double(x.rows) }
        }
        var result = x
        for row in 0..<x.rows {
            for column in 0..<x.columns {
                // The mean of a constant column may be off by rounding.
                let difference = x[row, column] - means[column]
                result[row, column] = abs(difference) <= abs(means[column]) * 1e-14 ? 0 : difference
            }
        }
        let size = result.values.reduce(0) { max($0, abs($1)) }
        guard size > 0 else { return (result, 1) }
        for at in result.values.indices { result.values[at] /= size }
        return (result, size)
    }

    private static func product(_ x: Matrix, _ vector: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: x.rows)
        result.withUnsafeMutableBufferPointer { result in
            x.values.withUnsafeBufferPointer { values in
                vector.withUnsafeBufferPointer { vector in
                    guard let values = values.baseAddress, let vector = vector.baseAddress else { return }
                    let (result, columns) = (result, x.columns)
                    Parallel.elements(x.rows, grain: max(1, 65536 / columns)) { range in
                        for row in range { result[row] = dotProduct(values + row * columns, vector, columns) }
                    }
                }
            }
        }
        return result
    }

    /// Each thread sums a range of columns over all rows in order.
    private static func transposed(_ x: Matrix, _ weights: [Double], _ result: inout [Double]) {
        result.withUnsafeMutableBufferPointer { result in
            x.values.withUnsafeBufferPointer { values in
                let (result, columns) = (result, x.columns)
                Parallel.elements(columns, grain: max(16, 65536 / max(x.rows, 1))) { range in
                    for column in range { result[column] = 0 }
                    for row in 0..<x.rows {
                        let (start, weight) = (row * columns, weights[row])
                        for column in range { result[column] += weight * values[start + column] }
                    }
                }
            }
        }
    }
}
