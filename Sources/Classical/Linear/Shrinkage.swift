/// The shrinkage of a covariance matrix towards a multiple of the identity matrix.
public enum Shrinkage: Sendable, Equatable {
    /// The empirical covariance.
    case none
    /// The estimate of Ledoit and Wolf (2004), on standardized features.
    case auto
    /// A given share between 0 and 1.
    case value(Double)

    /// Returns the covariance of rows.
    package func covariance(_ x: Matrix) -> Matrix {
        let (means, variances) = x.columnMoments()
        var centered = x.subtracting(means)
        switch self {
        case .none: return Shrinkage.empirical(centered)
        case .value(let share): return Shrinkage.shrunk(Shrinkage.empirical(centered), share)
        case .auto:
            let epsilon = 0x1p-52 * Double(x.rows)
            let scales = zip(means, variances).map { mean, variance -> Double in
                variance <= epsilon * variance + epsilon * mean * epsilon * mean ? 1 : variance.squareRoot()
            }
            for row in 0..<x.rows { for column in 0..<x.columns { centered[row, column] /= scales[column] } }
            let covariance = Shrinkage.empirical(centered)
            var result = Shrinkage.shrunk(covariance, Shrinkage.ledoitWolf(centered, covariance))
            for i in 0..<x.columns { for j in 0..<x.columns { result[i, j] *= scales[i] * scales[j] } }
            return result
        }
    }

    private static func empirical(_ centered: Matrix) -> Matrix {
        var result = ColumnProducts(centered).gram
        for index in result.values.indices { result.values[index] /= Double(centered.rows) }
        return result
    }

    private static func shrunk(_ covariance: Matrix, _ share: Double) -> Matrix {
        let size = covariance.rows
        let mean = (0..<size).reduce(0) { $0 + covariance[$1, $1] } / Double(size)
        var result = covariance
        for index in result.values.indices { result.values[index] *= 1 - share }
        for i in 0..<size { result[i, i] += share * mean }
        return result
    }

    /// The share that minimizes the expected squared error.
    private static func ledoitWolf(_ centered: Matrix, _ covariance: Matrix) -> Double {
        let (rows, size) = (Double(centered.rows), Double(centered.columns))
        if centered.columns == 1 { return 0 }
        let trace = (0..<covariance.rows).reduce(0) { $0 + covariance[$1, $1] }
        let mean = trace / size
        let squares = covariance.values.reduce(0) { $0 + $1 * $1 }
        // The sum over all pairs of columns of the products of squares is that of the squared lengths of the rows.
        let fourth = KernelMatrix.squaredLengths(centered).reduce(0) { $0 + $1 * $1 }
        let beta = (fourth / rows - squares) / (size * rows)
        let delta = (squares - 2 * mean * trace + size * mean * mean) / size
        let limited = min(beta, delta)
        return limited == 0 ? 0 : limited / delta
    }
}
