import Foundation

extension Matrix {
    /// Returns the softmax of each row.
    var softmax: Matrix {
        var result = logSoftmax
        for index in result.values.indices { result.values[index] = exp(result.values[index]) }
        return result
    }

    /// Returns the logarithm of the softmax of each row.
    var logSoftmax: Matrix {
        var result = self
        for row in 0..<rows {
            let largest = self[row: row].max() ?? 0
            let sum = self[row: row].reduce(0) { $0 + exp($1 - largest) }
            let offset = largest + log(sum)
            for column in 0..<columns { result[row, column] = max(absentScore, result[row, column] - offset) }
        }
        return result
    }

    /// Returns the logarithm of each probability, with a finite value for 0.
    var logarithms: Matrix {
        Matrix(rows: rows, columns: columns, values: values.map { $0 > 0 ? log($0) : absentScore })
    }
}
