/// Violins of features by class as small multiples: one panel per feature, one row per class. A violin is a kernel density
/// estimate on both sides of a line, with a bar between the quartiles and a dot at the median.
public struct FeatureViolins: Plot {
    /// The title.
    public var title: String
    /// The values.
    public var table: FeatureTable
    /// The maximum number of features and of classes; a note states how many are omitted.
    public var limit: (features: Int, classes: Int) = (24, 12)

    /// Creates a plot.
    public init(title: String = "Features by class", _ table: FeatureTable) {
        (self.title, self.table) = (title, table)
    }

    public var summary: String { table.summary(limit: 12) }

    /// The plot as SVG, sized for the number of features and classes. Each violin is scaled to its highest density.
    public var svg: String {
        let panels = FeaturePanels(
            title: title, table: table, limit: (max(limit.features, 0), max(limit.classes, 1)))
        let canvas = panels.canvas { values, group, x, row, canvas in
            let middle = (row.top + row.bottom) / 2
            guard let quartiles = Quartiles(values), let low = x.place(quartiles.low),
                let median = x.place(quartiles.median), let high = x.place(quartiles.high)
            else {
                return canvas.text("no data", Point(row.left + 4, middle + 4), size: 10, ink: .muted)
            }
            if let density = KernelDensity(values) {
                let half = row.height / 2 - 2
                let points = density.points.compactMap { point in
                    x.place(point.value).map { (x: $0, size: half * point.density) }
                }
                let outline =
                    points.map { Point($0.x, middle - $0.size) }
                    + points.reversed().map { Point($0.x, middle + $0.size) }
                canvas.polygon(outline, fill: .area(group))
                canvas.polyline(outline + outline.prefix(1), .series(group), width: 1)
            } else {
                canvas.line(
                    Point(median, row.top + 4), Point(median, row.bottom - 4), .series(group), width: 2)
            }
            canvas.line(Point(low, middle), Point(high, middle), .ink, width: 3.5)
            canvas.dots([Point(median, middle)], radius: 3.4, .ink)
            canvas.dots([Point(median, middle)], radius: 2, .paper)
        }
        return canvas.document(title: title, summary: summary)
    }
}
