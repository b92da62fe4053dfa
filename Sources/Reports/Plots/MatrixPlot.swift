/// A matrix of numbers with named rows and columns, such as a metric for each pair of a training and a test corpus.
public struct MatrixPlot: Plot {
    /// The title.
    public var title: String
    /// What the rows and the columns are.
    public var axes: (rows: String, columns: String)
    /// The names.
    public var rows: [String], columns: [String]
    /// The numbers by row; those that are not finite have no cell.
    public var values: [[Double]]
    /// Whether the numbers are proportions, shown in percent.
    public var isProportion: Bool

    /// Creates a plot. `values` has a row for each name in `rows` with a number for each name in `columns`.
    public init(
        title: String, axes: (rows: String, columns: String), rows: [String], columns: [String],
        values: [[Double]], isProportion: Bool = false
    ) {
        (self.title, self.axes, self.rows, self.columns) = (title, axes, rows, columns)
        (self.values, self.isProportion) = (values, isProportion)
    }

    public var summary: String {
        let cells = known.sorted { $0.value > $1.value }
        guard let best = cells.first, let worst = cells.last else { return "no data" }
        func text(_ cell: (row: Int, column: Int, value: Double)) -> String {
            "\(self.text(cell.value)) (\(rows[cell.row]), \(columns[cell.column]))"
        }
        return
            "Rows are \(axes.rows), columns are \(axes.columns). Highest: \(text(best)); lowest: \(text(worst))"
    }

    /// The plot as SVG.
    public var svg: String {
        let grid = CellGrid(
            rows: rows, columns: columns, area: (460, 360), largest: (84, 44), space: (34, 60))
        var canvas = Canvas(width: max(grid.right + 24, 320), height: grid.bottom + 20)
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: canvas.width - 24)
        canvas.text(axes.columns, Point((grid.left + grid.right) / 2, 46), .middle, ink: .muted)
        canvas.text(axes.rows, Point(16, (grid.top + grid.bottom) / 2), .middle, ink: .muted, turned: -90)
        let numbers = known.map(\.value)
        let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
        for cell in known {
            let corner = grid.corner(cell.row, cell.column)
            let share = high > low ? (cell.value - low) / (high - low) : 0.5
            canvas.rectangle(
                corner, Point(corner.x + grid.cell.width, corner.y + grid.cell.height),
                fill: ColorScale.sequential.ink(0.08 + 0.84 * share), border: .fixed("#FFFFFF"),
                tip: "\(rows[cell.row]), \(columns[cell.column]): \(text(cell.value))")
            if grid.cell.width >= 36, grid.cell.height >= 16 {
                canvas.text(
                    text(cell.value),
                    Point(corner.x + grid.cell.width / 2, corner.y + grid.cell.height / 2 + 4), .middle,
                    size: 12, ink: ColorScale.sequential.textInk(on: 0.08 + 0.84 * share))
            }
        }
        grid.drawNames(on: &canvas)
        if known.isEmpty { grid.area.drawEmpty(on: &canvas) }
        return canvas.document(title: title, summary: summary)
    }

    private func text(_ value: Double) -> String {
        isProportion ? NumberText.percent(value) : NumberText.fixed(value)
    }

    private var known: [(row: Int, column: Int, value: Double)] {
        rows.indices.flatMap { row in
            columns.indices.compactMap { column in
                guard row < values.count, column < values[row].count, values[row][column].isFinite else {
                    return nil
                }
                return (row, column, values[row][column])
            }
        }
    }
}
