import Autograd
import Foundation

extension Matrix {
    /// Returns the softmax of each row.
    consuming func softmax() -> Matrix { logSoftmax { $0 = exp(max(absentScore, $0)) } }

    /// Returns the logarithm of the softmax of each row.
    consuming func logSoftmax() -> Matrix { logSoftmax { $0 = max(absentScore, $0) } }

    /// Replaces each row by the logarithm of its softmax, and then each value by `finish`.
    private consuming func logSoftmax(finish: @Sendable (inout Double) -> Void) -> Matrix {
        let (rows, columns) = (rows, columns)
        var result = self
        result.values.withUnsafeMutableBufferPointer { values in
            guard let values = values.baseAddress, columns > 0 else { return }
            Parallel.elements(rows, grain: max(1, 8192 / columns)) { range in
                for row in range {
                    let line = values + row * columns
                    var largest = line[0]
                    for column in 1..<columns { largest = max(largest, line[column]) }
                    var sum = 0.0
                    for column in 0..<columns { sum += exp(line[column] - largest) }
                    let offset = largest + log(sum)
                    for column in 0..<columns {
                        line[column] -= offset
                        finish(&line[column])
                    }
                }
            }
        }
        return result
    }

    /// Returns the logarithm of each probability, with a finite value for 0.
    var logarithms: Matrix {
        Matrix(rows: rows, columns: columns, values: values.map { $0 > 0 ? log($0) : absentScore })
    }
}
