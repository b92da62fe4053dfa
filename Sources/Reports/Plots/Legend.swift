/// A legend in lines of entries with the same swatches as the plot.
struct Legend {
    /// The swatch of an entry.
    enum Swatch {
        case area(Ink)
        case marker(series: Int, isHollow: Bool)
    }

    private static let nameLimit = 180.0
    private static let lineHeight = 18.0
    private let entries: [(name: String, swatch: Swatch, place: Point)]
    /// The height of all lines; 0 for a single entry, which needs no legend.
    let height: Double

    init(_ entries: [(name: String, swatch: Swatch)], width: Double) {
        guard entries.count > 1 else {
            (self.entries, height) = ([], 0)
            return
        }
        var place = Point(0, 0)
        self.entries = entries.map { entry in
            let reach = 36 + min(TextWidth.of(entry.name, size: 12), Self.nameLimit)
            if place.x > 0, place.x + reach > width { place = Point(0, place.y + Self.lineHeight) }
            defer { place.x += reach }
            return (entry.name, entry.swatch, place)
        }
        height = place.y + Self.lineHeight
    }

    /// Draws the legend below and to the right of a point.
    func draw(_ corner: Point, on canvas: inout Canvas) {
        for entry in entries {
            let (x, y) = (corner.x + entry.place.x, corner.y + entry.place.y)
            switch entry.swatch {
            case .area(let ink):
                canvas.rectangle(Point(x, y + 1), Point(x + 14, y + 12), fill: ink)
            case .marker(let series, let isHollow):
                canvas.marks([Point(x + 7, y + 6.5)], series: series, size: 4, isHollow: isHollow)
            }
            canvas.text(entry.name, Point(x + 20, y + 11), limit: Self.nameLimit)
        }
    }
}
