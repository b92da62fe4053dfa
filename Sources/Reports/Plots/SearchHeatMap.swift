/// A heat map of a search over two hyperparameters. Each cell shows its score; the best is framed.
public struct SearchHeatMap: Plot {
    /// The title.
    public var title: String
    /// The name of the hyperparameter of the columns.
    public var xName: String
    /// The values of the columns.
    public var xValues: [String]
    /// The name of the hyperparameter of the rows.
    public var yName: String
    /// The values of the rows.
    public var yValues: [String]
    /// The scores, one row per value of y; NaN for a run that failed or is missing.
    public var scores: [[Double]]
    /// The name of the score.
    public var scoreName: String
    /// Whether scores are proportions, shown in percent.
    public var isProportion: Bool
    /// Whether the lowest score is the best, as with a loss.
    public var isLowerBetter: Bool

    /// Creates a heat map.
    public init(
        title: String, xName: String, xValues: [String], yName: String, yValues: [String],
        scores: [[Double]], scoreName: String = "score", isProportion: Bool = false,
        isLowerBetter: Bool = false
    ) {
        self.title = title
        self.xName = xName
        self.xValues = xValues
        self.yName = yName
        self.yValues = yValues
        self.scores = scores
        self.scoreName = scoreName
        self.isProportion = isProportion
        self.isLowerBetter = isLowerBetter
    }

    public var summary: String {
        guard let best else { return "No scores." }
        let failed = yValues.count * xValues.count - cells.count
        return "Best \(scoreName) \(text(best.score)) at \(xName) \(xValues[best.column]), "
            + "\(yName) \(yValues[best.row]); range \(text(low)) to \(text(high))"
            + (failed > 0 ? "; no score in \(NumberText.count(failed, "cell"))" : "")
    }

    /// The heat map as SVG, sized for the number of values.
    public var svg: String {
        let widest = cells.map { TextWidth.of(text($0.score), size: 11) }.max() ?? 0
        let grid = CellGrid(
            rows: yValues, columns: xValues, area: (620, 480), largest: (max(min(widest + 14, 90), 48), 34),
            space: (30, best == nil ? 54 : 70))
        var canvas = Canvas(
            width: max(grid.right + 120, 340), height: max(grid.bottom + 18, grid.top + 130))
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: canvas.width - 24)
        if let best {
            canvas.text(
                "best \(scoreName) \(text(best.score)): \(xName) \(xValues[best.column]), "
                    + "\(yName) \(yValues[best.row])", Point(12, 40), size: 11, ink: .muted,
                limit: canvas.width - 24)
        }
        canvas.text(
            xName, Point((grid.left + grid.right) / 2, best == nil ? 46 : 60), .middle, ink: .muted,
            limit: max(grid.right - grid.left + 60, 120))
        canvas.text(
            yName, Point(18, (grid.top + grid.bottom) / 2), .middle, ink: .muted, turned: -90,
            limit: max(grid.bottom - grid.top + 40, 120))
        canvas.rectangle(
            Point(grid.left, grid.top), Point(grid.right, grid.bottom), fill: .fixed("#E9EBEE"))
        drawCells(grid, on: &canvas)
        canvas.rectangle(
            Point(grid.left, grid.top), Point(grid.right, grid.bottom), fill: .paper, opacity: 0,
            border: .axis)
        grid.drawNames(on: &canvas)
        guard let best else {
            grid.area.drawEmpty(on: &canvas)
            return canvas.document(title: title, summary: summary)
        }
        drawFrame(grid.corner(best.row, best.column), grid, on: &canvas)
        ColorScale.sequential.drawBar(
            left: grid.right + 16, top: grid.top, height: min(max(grid.bottom - grid.top, 110), 220),
            labels: (
                text(isLowerBetter ? high : low), "", text(isLowerBetter ? low : high)
            ), name: scoreName, on: &canvas)
        return canvas.document(title: title, summary: summary)
    }

    /// The cells with a score.
    private var cells: [(row: Int, column: Int, score: Double)] {
        yValues.indices.prefix(scores.count).flatMap { row in
            xValues.indices.prefix(scores[row].count).map { (row, $0, scores[row][$0]) }
        }.filter { Scale.isDrawn($0.2) }
    }

    /// The first of the best cells.
    private var best: (row: Int, column: Int, score: Double)? {
        cells.reduce(nil) { best, cell in
            guard let best else { return cell }
            return (isLowerBetter ? cell.score < best.score : cell.score > best.score) ? cell : best
        }
    }

    private var low: Double { cells.map(\.score).min() ?? .nan }
    private var high: Double { cells.map(\.score).max() ?? .nan }

    private func drawCells(_ grid: CellGrid, on canvas: inout Canvas) {
        let (low, high, cells) = (low, high, cells)
        let (width, height) = grid.cell
        let fontSize = min(11, height * 0.6)
        let isWritten =
            height >= 14
            && cells.allSatisfy { TextWidth.of(text($0.score), size: fontSize) <= width - 2 }
        if cells.count < xValues.count * yValues.count, min(width, height) >= 14 {
            let found = Set(cells.map { $0.row * xValues.count + $0.column })
            for index in 0..<xValues.count * yValues.count where !found.contains(index) {
                let corner = grid.corner(index / xValues.count, index % xValues.count)
                canvas.text(
                    "–", Point(corner.x + width / 2, corner.y + height / 2 + 4), .middle,
                    ink: .fixed("#57606A"))
            }
        }
        // So that no gaps show between cells without borders.
        let overlap = min(width, height) >= 12 ? 0.0 : 0.3
        for cell in cells {
            // Halved, so that the range of huge scores does not overflow.
            let part = high > low ? (cell.score / 2 - low / 2) / (high / 2 - low / 2) : 0.5
            let share = isLowerBetter ? 1 - part : part
            let corner = grid.corner(cell.row, cell.column)
            canvas.rectangle(
                corner, Point(corner.x + width + overlap, corner.y + height + overlap),
                fill: ColorScale.sequential.ink(share),
                border: min(width, height) >= 12 ? .fixed("#FFFFFF") : nil,
                tip: "\(xName) \(xValues[cell.column]), \(yName) \(yValues[cell.row]): \(text(cell.score))")
            guard isWritten else { continue }
            canvas.text(
                text(cell.score), Point(corner.x + width / 2, corner.y + height / 2 + fontSize * 0.36),
                .middle,
                size: fontSize, ink: ColorScale.sequential.textInk(on: share))
        }
    }

    /// A frame in two tones is visible on every color.
    private func drawFrame(_ corner: Point, _ grid: CellGrid, on canvas: inout Canvas) {
        // Around small cells, so that their color stays visible.
        let margin = min(grid.cell.width, grid.cell.height) < 14 ? 2.0 : 0
        let end = Point(corner.x + grid.cell.width + margin, corner.y + grid.cell.height + margin)
        let corner = Point(corner.x - margin, corner.y - margin)
        canvas.frame(corner, end, .fixed("#FFFFFF"), width: 5)
        canvas.frame(corner, end, .fixed("#D55E00"), width: 2.5)
    }

    private func text(_ value: Double) -> String {
        guard !isProportion else { return NumberText.percent(value) }
        let size = max(abs(low), abs(high))
        return size < 10 && size >= 0.1 ? NumberText.fixed(value, 3) : NumberText.short(value)
    }
}
