import Autograd
import Classical
import Foundation

/// Initial positions that do not depend on a neighbor graph.
enum InitialLayout {
    /// Returns normally distributed positions.
    static func normal(rows: Int, deviation: Double, _ generator: RandomGenerator) -> Matrix {
        var result = Matrix(rows: rows, columns: 2)
        for row in 0..<rows {
            let radius = deviation * (-2 * log(1 - generator.uniform())).squareRoot()
            let angle = 2 * Double.pi * generator.uniform()
            (result[row, 0], result[row, 1]) = (radius * cos(angle), radius * sin(angle))
        }
        return result
    }

    /// Returns principal components, scaled to a standard deviation of the first. If all rows are equal, the
    /// positions are random.
    static func principal(_ x: Matrix, deviation: Double, _ generator: RandomGenerator) -> Matrix {
        var result = PCA2D.positions(x, generator: generator.split("pca"))
        let first = (0..<x.rows).map { result[$0, 0] }
        let mean = first.reduce(0, +) / Double(x.rows)
        let variance = first.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.rows)
        let scale = deviation / variance.squareRoot()
        guard scale.isFinite else { return normal(rows: x.rows, deviation: deviation, generator) }
        for at in result.values.indices { result.values[at] *= scale }
        return result
    }

    /// Returns positions from 0 to 10 on each axis, with normally distributed noise that separates equal ones.
    static func scaled(_ positions: Matrix, noise: Double, _ generator: RandomGenerator) -> Matrix {
        var result = normal(rows: positions.rows, deviation: noise, generator)
        for axis in 0..<2 {
            let values = (0..<positions.rows).map { positions[$0, axis] }
            guard let low = values.min(), let high = values.max(), high > low else { continue }
            for row in values.indices { result[row, axis] += 10 * (values[row] - low) / (high - low) }
        }
        return result
    }
}
