/// The layout of a matrix of cells with named rows and columns. Names are turned or left out where they would overlap.
struct CellGrid {
    let rows: [String]
    let columns: [String]
    let cell: (width: Double, height: Double)
    let left: Double
    let top: Double
    private let fontSize: Double
    private let isTurned: Bool

    /// The widest name that is drawn in full.
    private static let nameLimit = 150.0

    /// Chooses the size of the cells for an area, from 4 pixels to the largest allowed. `space` is that of the axis
    /// labels and what is above them.
    init(
        rows: [String], columns: [String], area: (width: Double, height: Double),
        largest: (width: Double, height: Double), space: (left: Double, top: Double)
    ) {
        self.rows = rows
        self.columns = columns
        let width = min(max(area.width / Double(max(columns.count, 1)), 4), largest.width)
        let height = min(max(area.height / Double(max(rows.count, 1)), 4), largest.height)
        cell = (width, height)
        fontSize = min(12, max(min(width, height) * 0.95, 8))
        let size = fontSize
        func widest(_ names: [String]) -> Double {
            min(names.map { TextWidth.of($0, size: size) }.max() ?? 0, Self.nameLimit)
        }
        isTurned = widest(columns) > width - 6
        left = space.left + widest(rows) + 10
        top = space.top + (isTurned ? widest(columns) : fontSize) + 10
    }

    var right: Double { left + cell.width * Double(max(columns.count, 1)) }
    var bottom: Double { top + cell.height * Double(max(rows.count, 1)) }
    var area: PlotArea { PlotArea(left: left, top: top, right: right, bottom: bottom) }

    /// Returns the upper left corner of a cell.
    func corner(_ row: Int, _ column: Int) -> Point {
        Point(left + cell.width * Double(column), top + cell.height * Double(row))
    }

    /// Draws the names of rows and columns; only every second, third and so on if there are too many.
    func drawNames(on canvas: inout Canvas) {
        for index in stride(from: 0, to: rows.count, by: Self.step(fontSize + 1, cell.height)) {
            let y = top + cell.height * (Double(index) + 0.5) + fontSize * 0.35
            canvas.text(
                rows[index], Point(left - 6, y), .end, size: fontSize, limit: Self.nameLimit, keepsEnd: true)
        }
        for index in stride(
            from: 0, to: columns.count, by: isTurned ? Self.step(fontSize + 1, cell.width) : 1)
        {
            let x = left + cell.width * (Double(index) + 0.5)
            if isTurned {
                canvas.text(
                    columns[index], Point(x + fontSize * 0.35, top - 6), size: fontSize, turned: -90,
                    limit: Self.nameLimit, keepsEnd: true)
            } else {
                canvas.text(columns[index], Point(x, top - 6), .middle, size: fontSize)
            }
        }
    }

    private static func step(_ needed: Double, _ available: Double) -> Int {
        max(1, Int((needed / available).rounded(.up)))
    }
}
