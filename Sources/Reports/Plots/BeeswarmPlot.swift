/// A beeswarm of SHAP values: one row per feature, one dot per example, colored by the value of the feature.
public struct BeeswarmPlot: Plot {
    /// A feature.
    public struct Feature: Sendable {
        /// The name.
        public var name: String
        /// The SHAP value of each example.
        public var attributions: [Double]
        /// The value of the feature of each example; NaN is gray.
        public var values: [Double]

        /// Creates a feature.
        public init(_ name: String, attributions: [Double], values: [Double]) {
            (self.name, self.attributions, self.values) = (name, attributions, values)
        }

        /// The mean of the absolute attributions; NaN if there are none.
        public var importance: Double {
            let drawn = attributions.filter { Scale.isDrawn($0) }
            return drawn.reduce(0) { $0 + abs($1) / Double(drawn.count) } / (drawn.isEmpty ? 0 : 1)
        }
    }

    /// The title.
    public var title: String
    /// The label of the horizontal axis.
    public var xName: String
    /// The features in any order; the plot sorts them by importance.
    public var features: [Feature]
    /// The maximum number of features; a note states how many are omitted.
    public var limit = 20
    /// The maximum number of dots per feature. Of more examples, every second, third and so on is drawn.
    public var dotLimit = 1000
    /// The width in pixels.
    public var width = 700.0

    /// Creates a beeswarm.
    public init(
        title: String = "SHAP values", xName: String = "SHAP value (effect on the output)",
        features: [Feature]
    ) {
        (self.title, self.xName, self.features) = (title, xName, features)
    }

    public var summary: String {
        guard !features.isEmpty else { return "No features." }
        return "Mean absolute values: "
            + shown.map { "\($0.name) \(NumberText.short($0.importance))" }.joined(separator: "; ")
    }

    /// The plot as SVG, as high as its features require.
    public var svg: String {
        let shown = shown
        let rowHeight = 26.0
        let nameWidth = min(shown.map { TextWidth.of($0.name, size: 12) }.max() ?? 0, 210) + 24
        let (top, notes) = (38.0, notes)
        let bottom = top + max(rowHeight * Double(shown.count), 92) + 4
        var canvas = Canvas(width: width, height: max(bottom + 46 + (notes.isEmpty ? 0 : 18), 190))
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: width - 24)
        let area = PlotArea(left: nameWidth, top: top, right: width - 96, bottom: bottom)
        // The same in dark mode, like the colors of the dots.
        canvas.rectangle(Point(area.left, top), Point(area.right, bottom), fill: .fixed("#F7F9FC"))
        let x = Scale(
            shown.flatMap(\.attributions) + [0], from: area.left + 8, to: area.right - 8, ticks: 7)
        for (row, feature) in shown.enumerated() {
            let middle = top + rowHeight * (Double(row) + 0.5) + 2
            canvas.text(
                feature.name, Point(area.left - 8, middle + 4), .end, limit: area.left - 20, keepsEnd: true)
            canvas.line(
                Point(area.left, middle), Point(area.right, middle), .fixed("#E3E6EA"), dash: "2 3",
                tip: "\(feature.name): mean absolute value \(NumberText.short(feature.importance))")
            draw(feature, x, middle, rowHeight / 2 - 3, on: &canvas)
        }
        if let zero = x.place(0) { canvas.line(Point(zero, top), Point(zero, bottom), .fixed("#8C959F")) }
        area.drawHorizontal(x, name: xName, on: &canvas)
        if !shown.contains(where: { $0.attributions.contains { Scale.isDrawn($0) } }) {
            area.drawEmpty(on: &canvas)
        }
        ColorScale.points.drawBar(
            left: area.right + 14, top: top + 4, height: min(bottom - top - 8, 180),
            labels: ("low", "", "high"), name: "feature value", on: &canvas)
        canvas.text(notes, Point(12, canvas.height - 8), size: 11, ink: .muted, limit: width - 24)
        return canvas.document(title: title, summary: summary)
    }

    private var shown: [Feature] {
        let importances = features.map(\.importance)
        return features.indices.sorted { a, b in
            let (x, y) = (importances[a], importances[b])
            return x == y || x.isNaN && y.isNaN ? a < b : y.isNaN || x > y
        }.prefix(limit).map { features[$0] }
    }

    private var notes: String {
        let rest = features.count - shown.count
        let examples = shown.map(\.attributions.count).max() ?? 0
        let step = Self.step(examples, dotLimit)
        return [
            rest > 0 ? "and \(NumberText.count(rest)) more features" : "",
            step > 1
                ? "\(NumberText.count((examples + step - 1) / step)) of \(NumberText.count(examples)) examples drawn"
                : "",
        ].filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private static func step(_ count: Int, _ limit: Int) -> Int {
        max(1, (count + max(limit, 1) - 1) / max(limit, 1))
    }

    /// Draws the dots of a row, one path per color.
    private func draw(
        _ feature: Feature, _ x: Scale, _ middle: Double, _ half: Double, on canvas: inout Canvas
    ) {
        let step = Self.step(feature.attributions.count, dotLimit)
        let drawn = stride(from: 0, to: feature.attributions.count, by: step).compactMap { index in
            x.place(feature.attributions[index]).map { (index: index, x: $0) }
        }
        let offsets = Self.offsets(drawn.map(\.x), half: half)
        let shares = Self.shares(feature.values)
        let levels = 12
        var dots = [[Point]](repeating: [], count: levels + 1)
        for (dot, offset) in zip(drawn, offsets) {
            let share = dot.index < shares.count ? shares[dot.index] : .nan
            let level = share.isNaN ? levels : min(Int(share * Double(levels)), levels - 1)
            dots[level].append(Point(dot.x, middle + offset))
        }
        for (level, places) in dots.enumerated() {
            canvas.dots(
                places, radius: 2.1,
                level == levels
                    ? .fixed("#A9B0B8") : ColorScale.points.ink((Double(level) + 0.5) / Double(levels)))
        }
    }

    /// Stacks dots of the same column alternately above and below the line, closer where there are many.
    private static func offsets(_ places: [Double], half: Double) -> [Double] {
        let columns = places.map { Int(min(max($0, -1e6), 1e6) / 3) }
        var counts: [Int: Int] = [:]
        for column in columns { counts[column, default: 0] += 1 }
        var used: [Int: Int] = [:]
        return columns.map { column in
            let at = used[column, default: 0]
            used[column] = at + 1
            let level = Double((at + 1) / 2)
            let deepest = Double((counts[column, default: 1]) / 2)
            let distance = min(3.2, deepest > 0 ? half / deepest : 0)
            return at % 2 == 0 ? -level * distance : level * distance
        }
    }

    /// The values as proportions of the range from the 5th to the 95th percentile, so that outliers do not hide the rest.
    private static func shares(_ values: [Double]) -> [Double] {
        let sorted = values.filter { Scale.isDrawn($0) }.sorted()
        guard let first = sorted.first, let last = sorted.last else { return values.map { _ in .nan } }
        var (low, high) = (sorted[sorted.count / 20], sorted[sorted.count - 1 - sorted.count / 20])
        if low == high { (low, high) = (first, last) }
        return values.map { value in
            guard Scale.isDrawn(value) else { return .nan }
            guard high > low else { return 0.5 }
            return min(max((value / 2 - low / 2) / (high / 2 - low / 2), 0), 1)
        }
    }
}
