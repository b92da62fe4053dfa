/// The correlation matrix of features: orange for positive, blue with a minus sign for negative coefficients.
public struct CorrelationPlot: Plot {
    /// The title.
    public var title: String
    /// The names of the features.
    public var names: [String]
    /// The coefficients from -1 to 1, one row per feature; NaN where there is none.
    public var coefficients: [[Double]]
    /// Whether similar features are placed next to each other, by hierarchical clustering.
    public var isClustered: Bool
    /// The maximum number of features; a note states how many are omitted.
    public var limit = 150

    /// Creates a plot of coefficients.
    public init(
        title: String = "Feature correlations", names: [String], coefficients: [[Double]],
        isClustered: Bool = false
    ) {
        self.title = title
        self.names = names
        self.coefficients = coefficients
        self.isClustered = isClustered
    }

    /// Creates a plot of Pearson's correlations between features, each with one value per example. Examples with a
    /// non-finite value are left out for the pairs of that feature. Only the first `limit` features are compared.
    public init(
        title: String = "Feature correlations", names: [String], features: [[Double]],
        isClustered: Bool = false, limit: Int = 150
    ) {
        self.init(
            title: title, names: names,
            coefficients: PearsonCorrelation.matrix(Array(features.prefix(limit))), isClustered: isClustered)
        self.limit = limit
    }

    public var summary: String {
        let pairs = names.indices.prefix(limit).flatMap { row in
            (0..<row).map { (row: row, column: $0, value: value(row, $0)) }
        }.filter { $0.value.isFinite }.sorted {
            (abs($1.value), $0.row, $0.column) < (abs($0.value), $1.row, $1.column)
        }
        guard !pairs.isEmpty else { return "No correlations of \(NumberText.count(names.count, "feature"))." }
        return "Strongest correlations of \(NumberText.count(names.count, "feature")): "
            + pairs.prefix(3).map {
                "\(names[$0.column]) and \(names[$0.row]) (\(NumberText.fixed($0.value, 2)))"
            }.joined(separator: ", ")
    }

    /// The plot as SVG, sized for the number of features.
    public var svg: String {
        let order = order
        let shown = order.map { names[$0] }
        let grid = CellGrid(
            rows: shown, columns: shown, area: (560, 560), largest: (44, 44), space: (12, 36))
        let rest = names.count - shown.count
        var canvas = Canvas(
            width: max(grid.right + 120, 340), height: max(grid.bottom + (rest > 0 ? 34 : 18), grid.top + 130)
        )
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: canvas.width - 24)
        canvas.rectangle(
            Point(grid.left, grid.top), Point(grid.right, grid.bottom), fill: .fixed("#E9EBEE"))
        if order.count > 40 {
            drawAreas(order, grid, on: &canvas)
        } else {
            drawCells(order, grid, on: &canvas)
        }
        canvas.rectangle(
            Point(grid.left, grid.top), Point(grid.right, grid.bottom), fill: .paper, opacity: 0,
            border: .axis)
        grid.drawNames(on: &canvas)
        if order.isEmpty { grid.area.drawEmpty(on: &canvas) }
        ColorScale.diverging.drawBar(
            left: grid.right + 16, top: grid.top, height: min(max(grid.bottom - grid.top, 110), 220),
            labels: ("−1", "0", "1"), name: "correlation", on: &canvas)
        if rest > 0 {
            canvas.text(
                "and \(NumberText.count(rest)) more", Point(grid.left, grid.bottom + 22), size: 11,
                ink: .muted)
        }
        return canvas.document(title: title, summary: summary)
    }

    private var order: [Int] {
        let shown = Array(names.indices.prefix(limit))
        guard isClustered else { return shown }
        return HierarchicalOrder.of(
            shown.map { row in
                shown.map { column in
                    let value = value(row, column)
                    return value.isFinite ? 1 - abs(value) : 1
                }
            })
    }

    private func value(_ row: Int, _ column: Int) -> Double {
        guard row < coefficients.count, column < coefficients[row].count else { return .nan }
        let value = coefficients[row][column]
        return value.isFinite ? min(max(value, -1), 1) : .nan
    }

    private func drawCells(_ order: [Int], _ grid: CellGrid, on canvas: inout Canvas) {
        let size = grid.cell.width
        for (row, first) in order.enumerated() {
            for (column, second) in order.enumerated() {
                let (corner, value) = (grid.corner(row, column), value(first, second))
                let middle = Point(corner.x + size / 2, corner.y + size / 2)
                guard value.isFinite else {
                    if size >= 16 {
                        canvas.text("–", Point(middle.x, middle.y + 4), .middle, ink: .fixed("#57606A"))
                    }
                    continue
                }
                canvas.rectangle(
                    corner, Point(corner.x + size, corner.y + size),
                    fill: ColorScale.diverging.ink((value + 1) / 2),
                    border: size >= 12 ? .fixed("#FFFFFF") : nil,
                    tip: "\(names[first]) and \(names[second]): \(NumberText.fixed(value, 2))")
                let ink = ColorScale.diverging.textInk(on: (value + 1) / 2)
                if size >= 30 {
                    canvas.text(
                        NumberText.fixed(value, 2), Point(middle.x, middle.y + 4), .middle,
                        size: min(11, size * 0.31), ink: ink)
                } else if value <= -0.1 {
                    canvas.line(
                        Point(middle.x - size * 0.2, middle.y), Point(middle.x + size * 0.2, middle.y), ink,
                        width: max(size * 0.08, 1))
                }
            }
        }
    }

    /// One path per color keeps the file small.
    private func drawAreas(_ order: [Int], _ grid: CellGrid, on canvas: inout Canvas) {
        var cells: [Int: [Point]] = [:]
        var negative: [Point] = []
        for (row, first) in order.enumerated() {
            for (column, second) in order.enumerated() {
                let value = value(first, second)
                guard value.isFinite else { continue }
                cells[Int((value * 20).rounded()), default: []].append(grid.corner(row, column))
                if value <= -0.3 { negative.append(grid.corner(row, column)) }
            }
        }
        let size = grid.cell.width
        for (level, corners) in cells.sorted(by: { $0.key < $1.key }) {
            canvas.squares(corners, size: size, fill: ColorScale.diverging.ink((Double(level) / 20 + 1) / 2))
        }
        if size >= 6 {
            canvas.dashes(
                negative.map { Point($0.x + size * 0.3, $0.y + size / 2) }, length: size * 0.4,
                .fixed("#FFFFFF"))
        }
    }
}
