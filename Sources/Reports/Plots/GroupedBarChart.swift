/// A horizontal bar chart with several bars per category, such as clips and training examples by class.
public struct GroupedBarChart: Plot {
    /// A bar in each category.
    public struct Group: Sendable {
        /// The name in the legend.
        public var name: String
        /// One value per category.
        public var values: [Double]

        /// Creates a group.
        public init(_ name: String, _ values: [Double]) {
            (self.name, self.values) = (name, values)
        }
    }

    /// The title.
    public var title: String
    /// The label of the horizontal axis; may be empty.
    public var xName: String
    /// The categories, from top to bottom.
    public var categories: [String]
    /// The groups, distinguished by color and tone.
    public var groups: [Group]
    /// Whether values are counts.
    public var isCount: Bool
    /// The maximum number of categories; a note states how many are omitted.
    public var limit = 60
    /// The width in pixels.
    public var width = 640.0

    /// Creates a chart.
    public init(
        title: String, xName: String = "", categories: [String], groups: [Group], isCount: Bool = false
    ) {
        self.title = title
        self.xName = xName
        self.categories = categories
        self.groups = groups
        self.isCount = isCount
    }

    /// Creates a chart of the number of clips by class.
    ///
    /// - Parameter examples: The number of training examples after balancing and augmentation, if it differs.
    public static func classCounts(
        title: String = "Examples by class", classes: [String], clips: [Int], examples: [Int]? = nil
    ) -> GroupedBarChart {
        var chart = GroupedBarChart(
            title: title, xName: examples == nil ? "clips" : "clips and examples", categories: classes,
            groups: [Group("clips", clips.map { Double($0) })], isCount: true)
        if let examples {
            chart.groups.append(
                Group("examples after balancing and augmentation", examples.map { Double($0) }))
        }
        return chart
    }

    public var summary: String {
        guard !categories.isEmpty, !groups.isEmpty else { return "No data." }
        return shown.indices.map { category in
            "\(categories[category]): "
                + groups.map { "\($0.name) \(text(value($0, category)))" }.joined(separator: ", ")
        }.joined(separator: "; ")
    }

    /// The chart as SVG, as high as its bars require.
    public var svg: String {
        let barHeight = groups.count > 4 ? 11.0 : 12
        let rowHeight = max(barHeight * Double(groups.count) + 10, 22)
        let values = groups.flatMap { $0.values.prefix(shown.count) }
        let valueWidth = (values.map { TextWidth.of(text($0), size: 10) }.max() ?? 0) + 12
        let nameWidth = min(shown.map { TextWidth.of($0, size: 12) }.max() ?? 0, 210) + 22
        let legend = Legend(
            groups.indices.map { (groups[$0].name, .area(Self.ink($0, of: groups.count))) },
            width: width - 24)
        let top = 34 + legend.height
        let bottom = top + rowHeight * Double(max(shown.count, 1)) + 4
        let rest = categories.count - shown.count
        var canvas = Canvas(
            width: width, height: bottom + (xName.isEmpty ? 26 : 46) + (rest > 0 ? 18 : 0))
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: width - 24)
        legend.draw(Point(12, 32), on: &canvas)
        let area = PlotArea(left: nameWidth, top: top, right: width - valueWidth - 8, bottom: bottom)
        let scale = Scale(
            values + [0] + (values.contains { $0 != 0 && Scale.isDrawn($0) } ? [] : [1]), from: area.left,
            to: area.right, ticks: 6, whole: isCount)
        area.drawHorizontal(scale, name: xName, grid: true, on: &canvas)
        for (row, name) in shown.enumerated() {
            let start = top + rowHeight * Double(row) + (rowHeight - barHeight * Double(groups.count)) / 2 + 2
            let middle = start + barHeight * Double(groups.count) / 2
            canvas.text(name, Point(area.left - 8, middle + 4), .end, limit: area.left - 20, keepsEnd: true)
            for (index, group) in groups.enumerated() {
                let y = start + barHeight * Double(index)
                draw(group, index, row, (y, y + barHeight - 1), scale, on: &canvas)
            }
        }
        if shown.isEmpty || groups.isEmpty { area.drawEmpty(on: &canvas) }
        if rest > 0 {
            canvas.text(
                "and \(NumberText.count(rest)) more", Point(area.left, canvas.height - 8), size: 11,
                ink: .muted)
        }
        return canvas.document(title: title, summary: summary)
    }

    private var shown: ArraySlice<String> { categories.prefix(limit) }

    /// Light and dark tones alternate, so that neighbors differ in grayscale.
    private static func ink(_ index: Int, of count: Int) -> Ink {
        index % 2 == 0 ? .area(index / 2) : .series(index / 2)
    }

    private func value(_ group: Group, _ category: Int) -> Double {
        category < group.values.count ? group.values[category] : .nan
    }

    private func draw(
        _ group: Group, _ index: Int, _ row: Int, _ y: (top: Double, bottom: Double), _ scale: Scale,
        on canvas: inout Canvas
    ) {
        let value = value(group, row)
        guard let zero = scale.place(0) else { return }
        let end = scale.place(value) ?? zero
        if value.isFinite {
            canvas.rectangle(
                Point(zero, y.top), Point(end, y.bottom), fill: Self.ink(index, of: groups.count),
                tip: "\(categories[row]), \(group.name): \(text(value))")
        }
        canvas.text(
            text(value), Point(max(end, zero) + 4, (y.top + y.bottom) / 2 + 3.5), size: 10, ink: .muted)
    }

    private func text(_ value: Double) -> String {
        isCount && abs(value) < 1e9 && value == value.rounded()
            ? NumberText.count(Int(value)) : NumberText.short(value)
    }
}
