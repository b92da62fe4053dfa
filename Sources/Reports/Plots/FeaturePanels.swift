/// The layout of one panel per feature with one row per class. Panels in a line share the names of the classes.
struct FeaturePanels {
    let title: String
    let table: FeatureTable
    /// The maximum number of panels and of classes.
    let limit: (panels: Int, classes: Int)
    private let width = 760.0
    private let panelGap = 22.0

    /// Draws the panels. `drawRow` draws a group's values around or on the lower edge of a row.
    func canvas(
        _ drawRow: (_ values: [Double], _ group: Int, _ x: Scale, _ row: PlotArea, _ canvas: inout Canvas) ->
            Void
    ) -> Canvas {
        let features = Array(table.names.indices.prefix(limit.panels))
        let groups = Array(table.groups.indices.prefix(limit.classes))
        let nameWidth = min(
            groups.map { TextWidth.of(table.groups[$0], size: 11) }.max() ?? 0, 120)
        let left = nameWidth > 0 ? nameWidth + 20 : 14
        let across = max(min(features.count, nameWidth > 0 ? 3 : 4), 1)
        let panelWidth = min((width - left - 14 - panelGap * Double(across - 1)) / Double(across), 420)
        let rowHeight = groups.count == 1 ? 60.0 : groups.count > 8 ? 20 : 26
        let panelHeight = rowHeight * Double(groups.count)
        let lines = max((features.count + across - 1) / across, 1)
        let notes = notes
        let lineHeight = panelHeight + 52
        var canvas = Canvas(
            width: max(left + panelWidth * Double(across) + panelGap * Double(across - 1) + 14, 320),
            height: 36 + lineHeight * Double(lines) + (notes.isEmpty ? 0 : 20))
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: canvas.width - 24)
        for (index, feature) in features.enumerated() {
            let x = left + Double(index % across) * (panelWidth + panelGap)
            let top = 56 + lineHeight * Double(index / across)
            let area = PlotArea(left: x, top: top, right: x + panelWidth, bottom: top + panelHeight)
            if index % across == 0 {
                for group in groups {
                    let y = top + rowHeight * (Double(group) + 0.5) + 4
                    canvas.text(
                        table.groups[group], Point(left - 10, y), .end, size: 11, ink: .muted, limit: 120)
                }
            }
            draw(feature, groups, area, drawRow, on: &canvas)
        }
        if features.isEmpty {
            PlotArea(left: left, top: 40, right: canvas.width - 14, bottom: canvas.height - 20)
                .drawEmpty(on: &canvas)
        }
        canvas.text(notes, Point(12, canvas.height - 10), size: 11, ink: .muted, limit: canvas.width - 24)
        return canvas
    }

    private var notes: String {
        let features = table.names.count - limit.panels
        let classes = table.groups.count - limit.classes
        return [
            features > 0 ? "and \(NumberText.count(features)) more features" : "",
            classes > 0 ? "and \(NumberText.count(classes)) more classes" : "",
        ].filter { !$0.isEmpty }.joined(separator: ", ")
    }

    private func draw(
        _ feature: Int, _ groups: [Int], _ area: PlotArea,
        _ drawRow: ([Double], Int, Scale, PlotArea, inout Canvas) -> Void, on canvas: inout Canvas
    ) {
        let missing = table.missing(feature)
        let note = missing > 0 ? "\(NumberText.count(missing)) missing" : ""
        let noteWidth = note.isEmpty ? 0 : TextWidth.of(note, size: 10) + 8
        canvas.text(
            table.names[feature], Point(area.left, area.top - 7), size: 11, isBold: true,
            limit: area.width - noteWidth, keepsEnd: true)
        canvas.text(note, Point(area.right, area.top - 7), .end, size: 10, ink: .muted)
        let values = groups.map { table.values(feature, group: $0) }
        let rowHeight = area.height / Double(max(groups.count, 1))
        let x = Scale(
            values.flatMap(\.self), from: area.left + 3, to: area.right - 3, ticks: 4, exact: true)
        for row in groups.indices {
            let bottom = area.top + rowHeight * Double(row + 1)
            canvas.line(Point(area.left, bottom), Point(area.right, bottom), .grid)
            drawRow(
                values[row], groups[row], x,
                PlotArea(left: area.left, top: bottom - rowHeight, right: area.right, bottom: bottom), &canvas
            )
        }
        area.drawHorizontal(thinned(x, area), name: "", on: &canvas)
    }

    /// A scale whose tick labels fit the width of a panel.
    private func thinned(_ x: Scale, _ area: PlotArea) -> Scale {
        for count in [4, 3, 2, 1] {
            let scale = Scale([x.low, x.high], from: x.start, to: x.end, ticks: count, exact: true)
            let needed = scale.ticks.reduce(0) { $0 + TextWidth.of($1.label, size: 11) + 8 }
            if needed <= area.width { return scale }
        }
        return Scale([x.low, x.high], from: x.start, to: x.end, ticks: 1, exact: true)
    }
}
