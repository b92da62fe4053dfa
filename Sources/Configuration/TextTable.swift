/// Rows of text with aligned columns, two spaces apart.
package struct TextTable: Sendable {
    /// The rows as lines without spaces at their ends.
    package let lines: [String]
    /// The number of characters of the widest cell of each column.
    package let widths: [Int]

    /// Aligns the cells of rows.
    ///
    /// - Parameter isNumeric: Whether a column is aligned to the right.
    package init(_ rows: [[String]], isNumeric: (Int) -> Bool = { _ in false }) {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        lines = rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return isNumeric(column) ? space + cell : cell + space
            }
            var line = cells.joined(separator: "  ")[...]
            while line.last == " " { line.removeLast() }
            return String(line)
        }
        self.widths = widths
    }
}
