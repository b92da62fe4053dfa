/// The legend beside a scatter plot, in as many columns as its names require.
struct ScatterKey {
    private let groups: ArraySlice<String>
    private let rest: Int
    private let rowHeight: Double
    private let rows: Int
    private let columnWidth: Double
    private let columns: Int

    /// Lays out up to 120 names in the given height.
    init(_ groups: [String], height: Double) {
        let shown = groups.count > 1 ? groups.prefix(120) : []
        (self.groups, rest) = (shown, groups.count > 1 ? groups.count - shown.count : 0)
        rowHeight = shown.count > 48 ? 14 : 18
        rows = max(Int(height / rowHeight) - (rest > 0 ? 1 : 0), 1)
        columns = (shown.count + rows - 1) / rows
        let limit = columns > 2 ? 90.0 : 150
        columnWidth = min(shown.map { TextWidth.of($0, size: 11) }.max() ?? 0, limit) + 30
    }

    var width: Double { Double(columns) * columnWidth }

    /// Whether a group has hollow markers: 7 colors and 4 shapes distinguish 28 groups.
    static func isHollow(_ group: Int) -> Bool { group / 28 % 2 == 1 }

    func draw(_ corner: Point, on canvas: inout Canvas) {
        for (index, name) in groups.enumerated() {
            let x = corner.x + Double(index / rows) * columnWidth
            let y = corner.y + (Double(index % rows) + 0.5) * rowHeight
            canvas.marks([Point(x + 6, y)], series: index, size: 4, isHollow: Self.isHollow(index))
            canvas.text(name, Point(x + 16, y + 4), size: 11, limit: columnWidth - 26)
        }
        if rest > 0 {
            canvas.text(
                "and \(NumberText.count(rest)) more",
                Point(corner.x, corner.y + (Double(rows) + 0.5) * rowHeight + 4), size: 11, ink: .muted)
        }
    }
}
