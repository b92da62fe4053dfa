/// A table of numbers with one row per example and one column per feature, stored row by row.
public struct Matrix: Sendable, Equatable {
    /// The number of examples.
    public let rows: Int
    /// The number of features.
    public let columns: Int
    /// The values, row by row.
    public var values: [Double]

    /// Creates a matrix from its values, row by row. There must be `rows * columns` of them.
    public init(rows: Int, columns: Int, values: [Double]) {
        precondition(
            rows >= 0 && columns >= 0 && values.count == rows * columns,
            "Matrix: expected \(rows) x \(columns) values, found \(values.count)")
        (self.rows, self.columns, self.values) = (rows, columns, values)
    }

    /// Creates a matrix with the same value everywhere.
    public init(rows: Int, columns: Int, repeating value: Double = 0) {
        self.init(rows: rows, columns: columns, values: Array(repeating: value, count: rows * columns))
    }

    /// The value in a row and a column.
    public subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    /// Returns the values of one row.
    public subscript(row row: Int) -> ArraySlice<Double> {
        values[row * columns..<(row + 1) * columns]
    }

    /// Returns the given rows, in the given order.
    public func rows(_ indices: [Int]) -> Matrix {
        var picked: [Double] = []
        picked.reserveCapacity(indices.count * columns)
        for index in indices { picked.append(contentsOf: self[row: index]) }
        return Matrix(rows: indices.count, columns: columns, values: picked)
    }

    /// Returns the given columns, in the given order.
    public func columns(_ indices: [Int]) -> Matrix {
        var picked: [Double] = []
        picked.reserveCapacity(rows * indices.count)
        for row in 0..<rows { for column in indices { picked.append(self[row, column]) } }
        return Matrix(rows: rows, columns: indices.count, values: picked)
    }
}
