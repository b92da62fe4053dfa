import Metrics

/// A confusion matrix: each cell shows its count, shaded by its proportion of the true class.
public struct ConfusionPlot: Plot {
    /// The title.
    public var title: String
    /// The matrix, with a row per true class and a column per predicted class.
    public var matrix: ConfusionMatrix

    /// Creates a plot of a matrix.
    public init(title: String = "Confusion matrix", _ matrix: ConfusionMatrix) {
        self.title = title
        self.matrix = matrix
    }

    public var summary: String {
        let classes = matrix.classes
        let mistakes = classes.indices.flatMap { row in
            classes.indices.filter { $0 != row && matrix.counts[row][$0] > 0 }
                .map { (row: row, column: $0, count: matrix.counts[row][$0]) }
        }
        let worst = mistakes.sorted {
            ($1.count, $0.row, $0.column) < ($0.count, $1.row, $1.column)
        }.prefix(3).map { "\(classes[$0.row]) as \(classes[$0.column]) (\($0.count))" }
        let right =
            "Rows are true classes, columns are predicted classes. "
            + "\(NumberText.percent(matrix.accuracy)) of \(NumberText.count(matrix.total, "example")) are correct"
        return worst.isEmpty ? right : right + "; most frequent confusions: " + worst.joined(separator: ", ")
    }

    /// The plot as SVG, sized for the number of classes.
    public var svg: String {
        let (classes, shares) = (matrix.classes, shares)
        let count = Double(max(classes.count, 1))
        let cell = min(max(520 / count, 9), 66)
        let fontSize = min(12, max(cell * 0.9, 7))
        let nameWidth = min(classes.map { TextWidth.of($0, size: fontSize) }.max() ?? 0, 150)
        let isTurned = nameWidth > cell - 4
        let left = nameWidth + 42
        let top = (isTurned ? nameWidth : fontSize) + 68
        let side = cell * count
        var canvas = Canvas(width: max(left + side + 90, left + 310), height: top + side + 56)
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: canvas.width - 24)
        canvas.text("predicted class", Point(left + side / 2, 46), .middle, ink: .muted)
        canvas.text("true class", Point(16, top + side / 2), .middle, ink: .muted, turned: -90)
        canvas.text("examples", Point(left + side + 8, top - 8), size: 11, ink: .muted)
        canvas.rectangle(Point(left, top), Point(left + side, top + side), fill: ColorScale.sequential.ink(0))
        for (index, name) in classes.enumerated() {
            let middle = cell * (Double(index) + 0.5)
            let y = top + middle + fontSize * 0.35
            canvas.text(name, Point(left - 8, y), .end, size: fontSize, limit: 150)
            canvas.text(
                NumberText.count(matrix.supports[index]), Point(left + side + 8, y),
                size: min(fontSize, 11), ink: .muted)
            let x = left + middle
            if isTurned {
                canvas.text(
                    name, Point(x + fontSize * 0.35, top - 8), size: fontSize, turned: -90, limit: 150)
            } else {
                canvas.text(name, Point(x, top - 8), .middle, size: fontSize)
            }
            for column in classes.indices {
                drawCell(index, column, shares[index][column], Point(left, top), cell, on: &canvas)
            }
        }
        if classes.isEmpty {
            PlotArea(left: left, top: top, right: left + side, bottom: top + side).drawEmpty(on: &canvas)
        } else {
            canvas.rectangle(
                Point(left, top), Point(left + side, top + side), fill: .paper, opacity: 0, border: .axis)
            drawKey(Point(left, top + side + 18), on: &canvas)
        }
        return canvas.document(title: title, summary: summary)
    }

    /// The proportion of each count in its row; 0 in an empty row.
    private var shares: [[Double]] {
        zip(matrix.counts, matrix.supports).map { row, sum in
            row.map { sum > 0 ? Double($0) / Double(sum) : 0 }
        }
    }

    private func drawCell(
        _ row: Int, _ column: Int, _ share: Double, _ corner: Point, _ cell: Double, on canvas: inout Canvas
    ) {
        let x = corner.x + cell * Double(column)
        let y = corner.y + cell * Double(row)
        let count = matrix.counts[row][column]
        if count > 0 {
            canvas.rectangle(
                Point(x, y), Point(x + cell, y + cell), fill: ColorScale.sequential.ink(share),
                border: .fixed("#FFFFFF"),
                tip: "true \(matrix.classes[row]), predicted \(matrix.classes[column]): \(count), "
                    + NumberText.percent(share))
        }
        guard cell >= 20 else { return }
        let ink = Ink.fixed(share > 0.5 ? "#FFFFFF" : count == 0 ? "#8C959F" : "#1F2328")
        let middle = Point(x + cell / 2, y + cell / 2)
        guard cell >= 38, count > 0 else {
            return canvas.text(
                "\(count)", Point(middle.x, middle.y + 4), .middle, size: min(12, cell * 0.38), ink: ink,
                isBold: row == column)
        }
        canvas.text(
            NumberText.count(count), Point(middle.x, middle.y - 1), .middle, size: 13, ink: ink,
            isBold: row == column)
        canvas.text(
            NumberText.percent(share, 0), Point(middle.x, middle.y + 13), .middle, size: 10, ink: ink)
    }

    private func drawKey(_ at: Point, on canvas: inout Canvas) {
        canvas.text("proportion of true class", Point(at.x, at.y + 11), size: 11, ink: .muted)
        let left = at.x + 100
        for step in 0..<20 {
            let x = left + 6 * Double(step)
            canvas.rectangle(
                Point(x, at.y + 1), Point(x + 6.2, at.y + 13),
                fill: ColorScale.sequential.ink((Double(step) + 0.5) / 20))
        }
        canvas.text("0 to 100%", Point(left + 128, at.y + 11), size: 11, ink: .muted)
    }
}
