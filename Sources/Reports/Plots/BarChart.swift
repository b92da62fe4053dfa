/// A horizontal bar chart with confidence intervals, such as recall by class or accuracy by speaker.
public struct BarChart: Plot {
    /// A bar.
    public struct Bar: Sendable {
        /// The label; long ones are truncated.
        public var name: String
        /// The value.
        public var value: Double
        /// The confidence interval; nil if unknown.
        public var interval: ClosedRange<Double>?
        /// A note, such as the number of examples.
        public var note: String

        /// Creates a bar. NaN bounds mean that there is no interval.
        public init(
            _ name: String, _ value: Double, low: Double = .nan, high: Double = .nan, note: String = ""
        ) {
            self.name = name
            self.value = value
            self.note = note
            interval = low <= high ? low...high : nil
        }
    }

    /// The title.
    public var title: String
    /// The label of the horizontal axis; may be empty.
    public var xName: String
    /// The bars, from top to bottom.
    public var bars: [Bar]
    /// Whether the values are proportions, shown in percent on an axis from 0 to 1.
    public var isProportion: Bool
    /// A reference value, such as the overall accuracy, with its label.
    public var reference: (value: Double, name: String)?
    /// A note below the chart, such as what the intervals cover; may be empty.
    public var note = ""
    /// The maximum number of bars; a note states how many are omitted.
    public var limit = 60
    /// The width in pixels.
    public var width = 640.0

    /// Creates a bar chart.
    public init(
        title: String, xName: String = "", bars: [Bar], isProportion: Bool = false,
        reference: (value: Double, name: String)? = nil
    ) {
        self.title = title
        self.xName = xName
        self.bars = bars
        self.isProportion = isProportion
        self.reference = reference
    }

    /// Creates a chart of feature importances in descending order, with NaN last. The intervals are given, such as
    /// quantiles over permutations, or the values plus and minus deviations.
    public static func importances(
        title: String = "Feature importances", xName: String = "importance", _ names: [String],
        _ values: [Double],
        deviations: [Double] = [], intervals: [ClosedRange<Double>?] = [], limit: Int = 20
    ) -> BarChart {
        let order = values.indices.prefix(names.count).sorted { a, b in
            let (x, y) = (values[a], values[b])
            return x == y || x.isNaN && y.isNaN ? a < b : y.isNaN || x > y
        }
        let bars = order.map { index in
            let deviation = deviations.indices.contains(index) ? deviations[index] : .nan
            let interval = intervals.indices.contains(index) ? intervals[index] : nil
            return Bar(
                names[index], values[index], low: interval?.lowerBound ?? values[index] - deviation,
                high: interval?.upperBound ?? values[index] + deviation)
        }
        var chart = BarChart(title: title, xName: xName, bars: bars)
        chart.limit = limit
        return chart
    }

    public var summary: String {
        let rows = shown.map { bar in
            let range = bar.interval.map { " (\(text($0.lowerBound)) to \(text($0.upperBound)))" } ?? ""
            return "\(bar.name): \(text(bar.value))\(range)"
        }
        let compared = reference.map { ["\($0.name): \(text($0.value))"] } ?? []
        return ((note.isEmpty ? [] : [note]) + compared + rows).joined(separator: "; ")
    }

    /// The chart as SVG, as high as its bars require.
    public var svg: String {
        let rowHeight = 22.0
        let valueWidth = (shown.map { TextWidth.of(text($0.value), size: 11) }.max() ?? 0) + 14
        let noteWidth = min(shown.map { TextWidth.of($0.note, size: 11) }.max() ?? 0, 130) + 18
        let nameWidth = min(shown.map { TextWidth.of($0.name, size: 12) }.max() ?? 0, 210) + 22
        let top = reference == nil ? 38.0 : 54.0
        let bottom = top + rowHeight * Double(max(shown.count, 1)) + 6
        let rest = bars.count - shown.count
        var canvas = Canvas(
            width: width,
            height: bottom + (xName.isEmpty ? 26 : 46) + (rest > 0 ? 18 : 0) + (note.isEmpty ? 0 : 18))
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: width - 24)
        let area = PlotArea(left: nameWidth, top: top, right: width - valueWidth - noteWidth, bottom: bottom)
        let scale = Scale(
            values, from: area.left, to: area.right, ticks: 6, labels: isProportion ? .percent : .plain)
        area.drawHorizontal(scale, name: xName, grid: true, on: &canvas)
        for (row, bar) in shown.enumerated() {
            let middle = top + rowHeight * (Double(row) + 0.5) + 3
            canvas.text(
                text(bar.value), Point(area.right + valueWidth, middle + 4), .end, size: 11)
            canvas.text(
                bar.note, Point(area.right + valueWidth + 8, middle + 4), size: 11, ink: .muted, limit: 130)
            draw(bar, middle, scale, area, on: &canvas)
        }
        if bars.isEmpty { area.drawEmpty(on: &canvas) }
        drawReference(scale, area, on: &canvas)
        if rest > 0 {
            canvas.text(
                "and \(NumberText.count(rest)) more",
                Point(area.left, canvas.height - (note.isEmpty ? 8 : 26)), size: 11, ink: .muted)
        }
        if !note.isEmpty {
            canvas.text(note, Point(12, canvas.height - 8), size: 11, ink: .muted, limit: width - 24)
        }
        return canvas.document(title: title, summary: summary)
    }

    private var shown: ArraySlice<Bar> { bars.prefix(limit) }

    /// All values that must be visible.
    private var values: [Double] {
        let bounds = shown.flatMap { bar in bar.interval.map { [$0.lowerBound, $0.upperBound] } ?? [] }
        let all = shown.map(\.value) + bounds + (reference.map { [$0.value] } ?? []) + [0]
        return isProportion || !all.contains { $0 != 0 && Scale.isDrawn($0) } ? all + [1] : all
    }

    private func draw(
        _ bar: Bar, _ y: Double, _ scale: Scale, _ area: PlotArea, on canvas: inout Canvas
    ) {
        canvas.text(bar.name, Point(area.left - 8, y + 4), .end, limit: area.left - 20, keepsEnd: true)
        guard let zero = scale.place(0), let place = scale.place(bar.value) else { return }
        canvas.rectangle(
            Point(zero, y - 7), Point(place, y + 7), fill: .area(0), tip: "\(bar.name): \(text(bar.value))")
        canvas.line(Point(place, y - 7), Point(place, y + 7), .series(0), width: 2)
        guard let interval = bar.interval, let low = scale.place(interval.lowerBound),
            let high = scale.place(interval.upperBound)
        else { return }
        canvas.line(Point(low, y), Point(high, y), .ink, width: 1.2)
        for end in [low, high] { canvas.line(Point(end, y - 4), Point(end, y + 4), .ink, width: 1.2) }
    }

    private func drawReference(_ scale: Scale, _ area: PlotArea, on canvas: inout Canvas) {
        guard let reference, let x = scale.place(reference.value) else { return }
        let name = "\(reference.name) \(text(reference.value))"
        canvas.line(
            Point(x, area.top - 4), Point(x, area.bottom), .series(1), width: 1.5, dash: "5 4", tip: name)
        let half = TextWidth.of(name, size: 11) / 2
        let middle = min(max(x, 12 + half), width - 12 - half)
        canvas.text(name, Point(middle, area.top - 9), .middle, size: 11, ink: .muted, limit: width - 24)
    }

    private func text(_ value: Double) -> String {
        isProportion ? NumberText.percent(value) : NumberText.short(value)
    }
}
