/// Accuracy by confidence beside the line on which both are equal, and below how many answers there are.
public struct ReliabilityPlot: Plot {
    /// Stands above the picture.
    public var title: String
    /// The bins, each of which becomes a bar unless it is empty.
    public var calibration: Calibration

    /// A picture of a calibration.
    public init(title: String = "Calibration", _ calibration: Calibration) {
        self.title = title
        self.calibration = calibration
    }

    public var summary: String {
        guard calibration.count > 0 else { return "No answers." }
        let bins = calibration.bins.filter { $0.count > 0 }.map {
            "\(NumberText.percent($0.confidence, 0)) sure: \(NumberText.percent($0.accuracy, 0)) right of \($0.count)"
        }
        return "Expected calibration error \(NumberText.percent(calibration.error)). "
            + bins.joined(separator: "; ")
    }

    /// 420 by 470.
    public var svg: String {
        var canvas = Canvas(width: 420, height: 470)
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: canvas.width - 24)
        canvas.text(
            "expected calibration error \(NumberText.percent(calibration.error))", Point(12, 40), size: 11,
            ink: .muted)
        let area = PlotArea(left: 64, top: 54, right: 396, bottom: 336)
        let x = Scale([0, 1], from: area.left, to: area.right, labels: .percent)
        let y = Scale([0, 1], from: area.bottom, to: area.top, labels: .percent)
        area.drawVertical(y, name: "right", on: &canvas)
        canvas.line(Point(area.left, area.bottom), Point(area.right, area.bottom), .axis)
        for bin in calibration.bins where bin.count > 0 { draw(bin, x, y, area, on: &canvas) }
        canvas.line(
            Point(area.left, area.bottom), Point(area.right, area.top), .muted, width: 1.2, dash: "5 4",
            tip: "as sure as right")
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
            "\(NumberText.percent(bin.confidence)) sure, \(NumberText.percent(bin.accuracy)) right of \(bin.count)"
        canvas.rectangle(Point(low + 1, top), Point(high - 1, area.bottom), fill: .area(0), tip: tip)
        canvas.line(Point(across, top), Point(across, wanted), .series(1), width: 2, tip: tip)
        canvas.mark(Point(across, top), series: 0, size: 4, tip: tip)
    }

    private func drawCounts(_ area: PlotArea, _ x: Scale, on canvas: inout Canvas) {
        let largest = calibration.bins.map(\.count).max() ?? 0
        let y = Scale([0, Double(max(largest, 1))], from: area.bottom, to: area.top, ticks: 2, whole: true)
        area.drawVertical(y, name: "answers", on: &canvas)
        for bin in calibration.bins where bin.count > 0 {
            guard let low = x.place(bin.low), let high = x.place(bin.high),
                let top = y.place(Double(bin.count))
            else { continue }
            canvas.rectangle(
                Point(low + 1, top), Point(high - 1, area.bottom), fill: .area(6),
                tip: NumberText.count(bin.count, "answer"))
        }
        area.drawHorizontal(x, name: "confidence", on: &canvas)
    }
}
