/// A reliability diagram: accuracy by confidence with the diagonal of perfect calibration, and the number of predictions below.
public struct ReliabilityPlot: Plot {
    /// The title.
    public var title: String
    /// The calibration; each non-empty bin is a bar.
    public var calibration: Calibration

    /// Creates a reliability diagram.
    public init(title: String = "Calibration", _ calibration: Calibration) {
        self.title = title
        self.calibration = calibration
    }

    public var summary: String {
        guard calibration.count > 0 else { return "No predictions." }
        let bins = calibration.bins.filter { $0.count > 0 }.map {
            "at confidence \(NumberText.percent($0.confidence, 0)), accuracy \(NumberText.percent($0.accuracy, 0)) of \($0.count)"
        }
        return "Expected calibration error \(NumberText.percent(calibration.error)). "
            + bins.joined(separator: "; ")
    }

    /// The plot as SVG, 420 by 470 pixels.
    public var svg: String {
        var canvas = Canvas(width: 420, height: 470)
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: canvas.width - 24)
        canvas.text(
            "expected calibration error \(NumberText.percent(calibration.error))", Point(12, 40), size: 11,
            ink: .muted)
        let area = PlotArea(left: 64, top: 54, right: 396, bottom: 336)
        let x = Scale([0, 1], from: area.left, to: area.right, labels: .percent)
        let y = Scale([0, 1], from: area.bottom, to: area.top, labels: .percent)
        area.drawVertical(y, name: "accuracy", on: &canvas)
        canvas.line(Point(area.left, area.bottom), Point(area.right, area.bottom), .axis)
        for bin in calibration.bins where bin.count > 0 { draw(bin, x, y, area, on: &canvas) }
        canvas.line(
            Point(area.left, area.bottom), Point(area.right, area.top), .muted, width: 1.2, dash: "5 4",
            tip: "perfect calibration")
        if calibration.count == 0 { area.drawEmpty(on: &canvas) }
        drawCounts(PlotArea(left: area.left, top: 348, right: area.right, bottom: 424), x, on: &canvas)
        return canvas.document(title: title, summary: summary)
    }

    private func draw(
        _ bin: Calibration.Bin, _ x: Scale, _ y: Scale, _ area: PlotArea, on canvas: inout Canvas
    ) {
        guard let low = x.place(bin.low), let high = x.place(bin.high), let across = x.place(bin.confidence),
            let top = y.place(bin.accuracy), let wanted = y.place(bin.confidence)
        else { return }
        let tip =
            "confidence \(NumberText.percent(bin.confidence)), accuracy \(NumberText.percent(bin.accuracy)) of \(bin.count)"
        canvas.rectangle(Point(low + 1, top), Point(high - 1, area.bottom), fill: .area(0), tip: tip)
        canvas.line(Point(across, top), Point(across, wanted), .series(1), width: 2, tip: tip)
        canvas.mark(Point(across, top), series: 0, size: 4, tip: tip)
    }

    private func drawCounts(_ area: PlotArea, _ x: Scale, on canvas: inout Canvas) {
        let largest = calibration.bins.map(\.count).max() ?? 0
        let y = Scale([0, Double(max(largest, 1))], from: area.bottom, to: area.top, ticks: 2, whole: true)
        area.drawVertical(y, name: "count", on: &canvas)
        for bin in calibration.bins where bin.count > 0 {
            guard let low = x.place(bin.low), let high = x.place(bin.high),
                let top = y.place(Double(bin.count))
            else { continue }
            canvas.rectangle(
                Point(low + 1, top), Point(high - 1, area.bottom), fill: .area(6),
                tip: NumberText.count(bin.count, "prediction"))
        }
        area.drawHorizontal(x, name: "confidence", on: &canvas)
    }
}
