import Foundation

/// A line chart, such as the loss by epoch.
public struct LineChart: Plot {
    /// A curve. Non-finite values, and values not above 0 on a logarithmic axis, are gaps.
    public struct Series: Sendable {
        /// The name in the legend and in tooltips.
        public var name: String
        /// The points, ordered by x.
        public var points: [(x: Double, y: Double)]
        /// A band around the curve, such as the range over folds, ordered by x.
        public var band: [(x: Double, low: Double, high: Double)] = []

        /// Creates a curve from points ordered by x.
        public init(_ name: String, points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points
        }

        /// Creates a curve from values at x = 1, 2, 3 and so on.
        public init(_ name: String, _ values: [Double]) {
            self.init(name, points: values.enumerated().map { (Double($0.offset + 1), $0.element) })
        }
    }

    /// The scale of an axis.
    public enum Axis: Sendable {
        case linear, logarithmic
        /// Logarithmic if all values are positive and span more than a factor of 100, else linear.
        case automatic
    }

    /// The title.
    public var title: String
    /// The label of the horizontal axis; may be empty.
    public var xName: String
    /// The label of the vertical axis; may be empty.
    public var yName: String
    /// The curves, distinguished by color and marker.
    public var series: [Series]
    /// The scale of the vertical axis (default: linear).
    public var axis: Axis
    /// The scale of the horizontal axis (default: linear). Points that are not above 0 are left out of a logarithmic one.
    public var xAxis = Axis.linear
    /// Whether y is a proportion, shown in percent.
    public var isProportion: Bool
    /// A vertical line, such as at the best epoch, with its label.
    public var mark: (x: Double, name: String)?
    /// The size in pixels.
    public var size: (width: Double, height: Double) = (640, 340)

    /// Creates a line chart.
    public init(
        title: String, xName: String = "epoch", yName: String = "", series: [Series], axis: Axis = .linear,
        isProportion: Bool = false, mark: (x: Double, name: String)? = nil
    ) {
        self.title = title
        self.xName = xName
        self.yName = yName
        self.series = series
        self.axis = axis
        self.isProportion = isProportion
        self.mark = mark
    }

    public var summary: String {
        let curves = series.map { series in
            let drawn = series.points.filter { Scale.isDrawn($0.y) }
            guard let first = drawn.first, let last = drawn.last else { return "\(series.name): no data" }
            let (low, high) = drawn.reduce((first.y, first.y)) { (min($0.0, $1.y), max($0.1, $1.y)) }
            return
                "\(series.name): from \(text(first.y)) to \(text(last.y)), range \(text(low)) to "
                + text(high)
        }
        let marked = mark.map { "Marked: \($0.name). " } ?? ""
        return marked + curves.joined(separator: "; ")
    }

    /// The chart as SVG.
    public var svg: String {
        var canvas = Canvas(width: size.width, height: size.height)
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: size.width - 24)
        let top = drawLegend(on: &canvas) + 14
        let bottom = size.height - (xName.isEmpty ? 26 : 46)
        let y = Scale(
            series.flatMap { $0.points.map(\.y) + $0.band.flatMap { [$0.low, $0.high] } },
            kind: kind(axis, series.flatMap { $0.points.map(\.y) }),
            from: bottom, to: top,
            labels: isProportion ? .percent : .plain)
        let left = (yName.isEmpty ? 20 : 36) + PlotArea.labelWidth(y)
        let area = PlotArea(left: left, top: top, right: size.width - 20, bottom: bottom)
        let places = series.flatMap { $0.points.map(\.x) }
        let x = Scale(
            places, kind: kind(xAxis, places), from: area.left + 6, to: area.right - 6, ticks: 10,
            exact: true,
            whole: places.allSatisfy { $0.rounded() == $0 })
        area.drawVertical(y, name: yName, on: &canvas)
        area.drawHorizontal(x, name: xName, on: &canvas)
        for (index, series) in series.enumerated() { drawBand(series, index, x, y, on: &canvas) }
        for (index, series) in series.enumerated() { draw(series, index, x, y, on: &canvas) }
        drawMark(x, area, on: &canvas)
        if !series.contains(where: { $0.points.contains { x.place($0.x) != nil && y.place($0.y) != nil } }) {
            area.drawEmpty(on: &canvas)
        }
        return canvas.document(title: title, summary: summary)
    }

    private func kind(_ axis: Axis, _ values: [Double]) -> Scale.Kind {
        switch axis {
        case .linear: return .linear
        case .logarithmic: return .logarithmic
        case .automatic:
            let drawn = values.filter { Scale.isDrawn($0) }
            guard let low = drawn.min(), let high = drawn.max(), low > 0 else { return .linear }
            return high / low > 100 ? .logarithmic : .linear
        }
    }

    /// Draws the legend, unless there is only one curve, and returns its bottom edge.
    private func drawLegend(on canvas: inout Canvas) -> Double {
        guard series.count > 1 else { return 30 }
        var (x, y) = (12.0, 42.0)
        for (index, series) in series.enumerated() {
            let width = 34 + min(TextWidth.of(series.name, size: 12), 220)
            if x > 12, x + width > size.width - 12 { (x, y) = (12, y + 18) }
            canvas.line(Point(x, y - 4), Point(x + 22, y - 4), .series(index), width: 2)
            canvas.mark(Point(x + 11, y - 4), series: index)
            canvas.text(series.name, Point(x + 28, y), limit: 220)
            x += width + 14
        }
        return y
    }

    private func drawMark(_ x: Scale, _ area: PlotArea, on canvas: inout Canvas) {
        guard let mark, let place = x.place(mark.x), place >= area.left, place <= area.right else { return }
        canvas.line(
            Point(place, area.top), Point(place, area.bottom), .axis, width: 1.5, dash: "5 4", tip: mark.name)
        let isLeft = place > (area.left + area.right) / 2
        let reach = min(TextWidth.of(mark.name, size: 11), 240) + 8
        canvas.rectangle(
            Point(place + (isLeft ? -2 : 2), area.top),
            Point(place + (isLeft ? -reach : reach), area.top + 15),
            fill: .paper, opacity: 0.85)
        canvas.text(
            mark.name, Point(place + (isLeft ? -6 : 6), area.top + 11), isLeft ? .end : .start, size: 11,
            ink: .muted, limit: 240)
    }

    private func draw(_ series: Series, _ index: Int, _ x: Scale, _ y: Scale, on canvas: inout Canvas) {
        var pieces: [[Point]] = [[]]
        for point in series.points {
            if let across = x.place(point.x), let up = y.place(point.y) {
                pieces[pieces.count - 1].append(Point(across, up))
            } else if pieces[pieces.count - 1].isEmpty == false {
                pieces.append([])
            }
        }
        for piece in pieces {
            if piece.count == 1 { canvas.mark(piece[0], series: index, size: 3) }
            canvas.polyline(Self.thinned(piece), .series(index), width: 1.8)
        }
        drawMarks(pieces.flatMap(\.self), index, on: &canvas)
    }

    private func drawBand(_ series: Series, _ index: Int, _ x: Scale, _ y: Scale, on canvas: inout Canvas) {
        var (lower, upper): ([Point], [Point]) = ([], [])
        for part in series.band {
            guard let across = x.place(part.x), let low = y.place(part.low), let high = y.place(part.high)
            else { continue }
            lower.append(Point(across, low))
            upper.append(Point(across, high))
        }
        if lower.count > 1 { canvas.polygon(lower + upper.reversed(), fill: .series(index), opacity: 0.18) }
    }

    /// Draws a few markers along a curve, staggered between curves; along a single one only if it has a band, whose points are
    /// measurements.
    private func drawMarks(_ points: [Point], _ index: Int, on canvas: inout Canvas) {
        guard series.count > 1 || !series[index].band.isEmpty, points.count > 1 else { return }
        let step = max(1, points.count / 7)
        let first = (index * step / series.count) % step
        for at in stride(from: first, to: points.count, by: step) {
            canvas.mark(points[at], series: index, size: 2.6)
        }
    }

    /// Keeps only the first, lowest, highest and last point of each pixel column.
    package static func thinned(_ points: [Point]) -> [Point] {
        guard points.count > 2000 else { return points }
        var (result, start) = ([Point](), 0)
        while start < points.count {
            let column = points[start].x.rounded(.down)
            let end = points[start...].firstIndex { $0.x.rounded(.down) != column } ?? points.count
            let places = start..<end
            let low = places.min { points[$0].y < points[$1].y } ?? start
            let high = places.max { points[$0].y < points[$1].y } ?? start
            var last = -1
            for place in [start, min(low, high), max(low, high), end - 1] where place > last {
                result.append(points[place])
                last = place
            }
            start = end
        }
        return result
    }

    private func text(_ value: Double) -> String {
        isProportion ? NumberText.percent(value) : NumberText.short(value)
    }
}
