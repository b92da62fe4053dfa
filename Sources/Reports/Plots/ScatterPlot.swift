/// A scatter plot of a two-dimensional projection, with colors and marker shapes by group: class, speaker or corpus.
public struct ScatterPlot: Plot {
    /// The title.
    public var title: String
    /// A second line, such as the method and its options; may be empty.
    public var note: String
    /// The positions.
    public var points: [(x: Double, y: Double)]
    /// The group of each point, as an index into `groups`.
    public var labels: [Int]
    /// The names of the groups. Up to 56 have distinct markers.
    public var groups: [String]
    /// The labels of the axes; without them no axes are drawn, as the axes of t-SNE and UMAP have no unit.
    public var axes: (x: String, y: String)?
    /// Whether both axes have the same scale, with a line on which y equals x, as for predictions and true values.
    public var hasIdentityLine = false
    /// The maximum number of points. Of more, every second, third and so on is drawn.
    public var limit = 8000
    /// The side of the area in pixels.
    public var side = 460.0

    /// Creates a scatter plot. Without groups, all points have the same marker.
    public init(
        title: String, note: String = "", points: [(x: Double, y: Double)], labels: [Int] = [],
        groups: [String] = [], axes: (x: String, y: String)? = nil
    ) {
        self.title = title
        self.note = note
        self.points = points
        self.labels = labels
        self.groups = groups
        self.axes = axes
    }

    public var summary: String {
        let names = groups.prefix(12).enumerated().map { index, name in
            let members = drawn.filter { $0.group == index }
            guard !members.isEmpty else { return "\(name): no data" }
            let count = Double(members.count)
            let x = members.reduce(0) { $0 + points[$1.index].x / count }
            let y = members.reduce(0) { $0 + points[$1.index].y / count }
            return "\(name): \(NumberText.count(members.count, "point")) around "
                + "(\(NumberText.short(x)), \(NumberText.short(y)))"
        }
        return (["\(NumberText.count(drawn.count, "point"))"] + names).joined(separator: "; ")
    }

    /// The plot as SVG. Both axes have the same scale if there are no axis labels.
    public var svg: String {
        let (drawn, top) = (drawn, note.isEmpty ? 36.0 : 52.0)
        let step = max(1, (drawn.count + max(limit, 1) - 1) / max(limit, 1))
        let kept = stride(from: 0, to: drawn.count, by: step).map { drawn[$0] }
        let key = ScatterKey(groups, height: side)
        let margin = axes == nil ? 14.0 : 76
        let bottom = top + side
        var canvas = Canvas(
            width: max(margin + side + 16 + key.width, 320),
            height: bottom + (axes == nil ? 14 : 48) + (step > 1 ? 18 : 0))
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: canvas.width - 24)
        canvas.text(note, Point(12, 40), size: 11, ink: .muted, limit: canvas.width - 24)
        let area = PlotArea(left: margin, top: top, right: margin + side, bottom: bottom)
        let (x, y) = scales(drawn, area)
        if let axes {
            area.drawVertical(y, name: axes.y, on: &canvas)
            area.drawHorizontal(x, name: axes.x, grid: true, on: &canvas)
            if hasIdentityLine, !drawn.isEmpty {
                canvas.line(
                    Point(area.left, area.bottom), Point(area.right, area.top), .axis, width: 1.5,
                    dash: "5 4", tip: "\(axes.y) = \(axes.x)")
            }
        } else {
            canvas.frame(Point(area.left, area.top), Point(area.right, area.bottom), .grid, width: 1)
        }
        draw(kept, x, y, on: &canvas)
        key.draw(Point(area.right + 16, top), on: &canvas)
        if drawn.isEmpty { area.drawEmpty(on: &canvas) }
        if step > 1 {
            canvas.text(
                "\(NumberText.count(kept.count)) of \(NumberText.count(drawn.count)) points drawn",
                Point(area.left, canvas.height - 8), size: 11, ink: .muted)
        }
        return canvas.document(title: title, summary: summary)
    }

    /// The points with finite coordinates and a known group.
    private var drawn: [(index: Int, group: Int)] {
        points.indices.compactMap { index in
            guard Scale.isDrawn(points[index].x), Scale.isDrawn(points[index].y) else { return nil }
            guard !groups.isEmpty else { return (index, 0) }
            guard index < labels.count, groups.indices.contains(labels[index]) else { return nil }
            return (index, labels[index])
        }
    }

    private func scales(_ drawn: [(index: Int, group: Int)], _ area: PlotArea) -> (x: Scale, y: Scale) {
        let (xs, ys) = (drawn.map { points[$0.index].x }, drawn.map { points[$0.index].y })
        if axes != nil {
            if hasIdentityLine {
                return (
                    Scale(xs + ys, from: area.left, to: area.right, ticks: 6),
                    Scale(xs + ys, from: area.bottom, to: area.top, ticks: 6)
                )
            }
            return (
                Scale(xs, from: area.left, to: area.right, ticks: 6),
                Scale(ys, from: area.bottom, to: area.top, ticks: 6)
            )
        }
        let (x, y) = (Self.range(xs), Self.range(ys))
        let half = max(x.half, y.half) * 1.04
        return (
            Scale([x.middle - half, x.middle + half], from: area.left, to: area.right, exact: true),
            Scale([y.middle - half, y.middle + half], from: area.bottom, to: area.top, exact: true)
        )
    }

    private static func range(_ values: [Double]) -> (middle: Double, half: Double) {
        guard let low = values.min(), let high = values.max() else { return (0, 1) }
        return (low / 2 + high / 2, high / 2 - low / 2)
    }

    /// Draws the groups in several rounds, so that none hides all others.
    private func draw(
        _ drawn: [(index: Int, group: Int)], _ x: Scale, _ y: Scale, on canvas: inout Canvas
    ) {
        let size = drawn.count > 3000 ? 2.2 : drawn.count > 600 ? 2.9 : 3.6
        let rounds = 4
        var places = [[[Point]]](
            repeating: [[Point]](repeating: [], count: rounds), count: max(groups.count, 1))
        var counts = [Int](repeating: 0, count: max(groups.count, 1))
        for point in drawn {
            guard let across = x.place(points[point.index].x), let up = y.place(points[point.index].y) else {
                continue
            }
            places[point.group][counts[point.group] % rounds].append(Point(across, up))
            counts[point.group] += 1
        }
        for round in 0..<rounds {
            for group in places.indices {
                canvas.marks(
                    places[group][round], series: group, size: size, isHollow: ScatterKey.isHollow(group))
            }
        }
    }
}
