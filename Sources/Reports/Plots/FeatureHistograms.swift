/// Histograms of features by class as small multiples: one panel per feature, one row per class.
public struct FeatureHistograms: Plot {
    /// The title.
    public var title: String
    /// The values.
    public var table: FeatureTable
    /// The number of bins of each panel.
    public var bins = 24
    /// The maximum number of features and of classes; a note states how many are omitted.
    public var limit: (features: Int, classes: Int) = (24, 12)

    /// Creates a plot.
    public init(title: String = "Features by class", _ table: FeatureTable) {
        (self.title, self.table) = (title, table)
    }

    public var summary: String { table.summary(limit: 12) }

    /// The plot as SVG, sized for the number of features and classes. Each histogram is scaled to its highest bin.
    public var svg: String {
        let bins = min(max(bins, 1), 200)
        let panels = FeaturePanels(
            title: title, table: table, limit: (max(limit.features, 0), max(limit.classes, 1)))
        let canvas = panels.canvas { values, group, x, row, canvas in
            guard !values.isEmpty else {
                return canvas.text("no data", Point(row.left + 4, row.bottom - 5), size: 10, ink: .muted)
            }
            var counts = [Int](repeating: 0, count: bins)
            let width = (x.end - x.start) / Double(bins)
            for value in values {
                guard let place = x.place(value) else { continue }
                counts[min(max(Int((place - x.start) / width), 0), bins - 1)] += 1
            }
            let largest = Double(max(counts.max() ?? 1, 1))
            var outline = [Point(x.start, row.bottom)]
            for (bin, count) in counts.enumerated() {
                let y = row.bottom - (row.height - 4) * Double(count) / largest
                let left = x.start + width * Double(bin)
                outline += [Point(left, y), Point(left + width, y)]
            }
            outline.append(Point(x.end, row.bottom))
            canvas.polygon(outline, fill: .area(group))
            canvas.polyline(outline, .series(group), width: 1)
        }
        return canvas.document(title: title, summary: summary)
    }
}
