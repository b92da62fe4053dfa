/// The values of a matrix that are not finite, so that a caller can name their rows and drop them.
public struct NonFiniteRows: Sendable, Equatable, CustomStringConvertible {
    /// A value that is not finite.
    public struct Entry: Sendable, Equatable {
        /// The row.
        public let row: Int
        /// The column.
        public let column: Int
        /// The text of the value, such as `nan`.
        public let value: String
    }

    /// The first such value of each affected row.
    public let entries: [Entry]
    /// The rows without such a value.
    public let finiteRows: [Int]

    /// Finds the rows with a value that is not finite.
    public init(_ x: Matrix) {
        var entries: [Entry] = []
        var finite: [Int] = []
        for row in 0..<x.rows {
            let values = x[row: row]
            if let index = values.firstIndex(where: { !$0.isFinite }) {
                entries.append(Entry(row: row, column: index - values.startIndex, value: "\(values[index])"))
            } else {
                finite.append(row)
            }
        }
        (self.entries, finiteRows) = (entries, finite)
    }

    /// The rows with such a value.
    public var rows: [Int] { entries.map(\.row) }

    /// The entries as text: `row 3, column 1: nan`.
    public var description: String {
        entries.map { "row \($0.row), column \($0.column): \($0.value)" }.joined(separator: "\n")
    }
}

/// Columns that carry no information of their own.
public struct ColumnFindings: Sendable, Equatable {
    /// The columns with the same value in all rows.
    public let constant: [Int]
    /// The columns that equal an earlier one, which is `of`. Constant columns are not included.
    public let duplicated: [(column: Int, of: Int)]

    /// Finds such columns.
    public init(_ x: Matrix) {
        var constant: [Int] = []
        var duplicated: [(column: Int, of: Int)] = []
        var first: [[UInt64]: Int] = [:]
        for column in 0..<x.columns {
            if x.isConstant(column) {
                constant.append(column)
                continue
            }
            // -0 and 0 are the same value.
            let key = x.column(column).map { ($0 == 0 ? 0 : $0).bitPattern }
            if let earlier = first[key] {
                duplicated.append((column, earlier))
            } else {
                first[key] = column
            }
        }
        (self.constant, self.duplicated) = (constant, duplicated)
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.constant == b.constant && a.duplicated.map(\.column) == b.duplicated.map(\.column)
            && a.duplicated.map(\.of) == b.duplicated.map(\.of)
    }
}
