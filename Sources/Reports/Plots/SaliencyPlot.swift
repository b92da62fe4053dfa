import Foundation

/// The input of a model as a picture, and below it once for each saliency map: in gray, with the map drawn over it.
public struct SaliencyPlot: Plot {
    /// A table of numbers, row by row from the top.
    public struct Grid: Sendable {
        /// The number of rows.
        public var rows: Int
        /// The number of columns.
        public var columns: Int
        /// The values, row by row.
        public var values: [Double]

        /// Creates a table of `rows * columns` values.
        public init(rows: Int, columns: Int, values: [Double]) {
            (self.rows, self.columns, self.values) = (rows, columns, values)
        }
    }

    /// A saliency map of the picture, or of a coarser grid that is stretched over it.
    public struct Map: Sendable {
        /// The name, beside the picture.
        public var name: String
        /// The values: positive ones speak for the output, negative ones against it.
        public var grid: Grid

        /// Creates a map.
        public init(_ name: String, _ grid: Grid) { (self.name, self.grid) = (name, grid) }
    }

    /// The title, such as the name of the clip.
    public var title: String
    /// A second line, such as the true and the predicted class.
    public var note: String
    /// The name of the picture, such as "features".
    public var name: String
    /// The picture.
    public var picture: Grid
    /// The maps, from top to bottom.
    public var maps: [Map]
    /// The duration of the picture; nil if it has no time axis.
    public var seconds: Double?
    /// The width in pixels.
    public var width = 640.0

    /// Creates a plot.
    public init(
        title: String, note: String = "", name: String, picture: Grid, maps: [Map], seconds: Double? = nil
    ) {
        (self.title, self.note, self.name) = (title, note, name)
        (self.picture, self.maps, self.seconds) = (picture, maps, seconds)
    }

    public var summary: String {
        ([note, "\(name), \(picture.rows) × \(picture.columns)"]
            + maps.map { "\($0.name) over the \(name), \($0.grid.rows) × \($0.grid.columns)" })
            .filter { !$0.isEmpty }.joined(separator: "; ")
    }

    public var svg: String {
        let hasNegative = maps.contains { $0.grid.values.contains { $0 < 0 } }
        let legend = Legend(
            [
                ("\(name) (darker is higher)", .area(.fixed("#C4C4C4"))),
                ("evidence for", .area(Overlay.ink(1))),
            ]
                + (hasNegative ? [("evidence against", .area(Overlay.ink(-1)))] : []),
            width: width - 24)
        let (gap, height) = (8.0, picture.rows > 1 ? 96.0 : 18)
        let top = (note.isEmpty ? 32.0 : 48) + (maps.isEmpty ? 0 : legend.height + 4)
        let bottom = top + Double(maps.count + 1) * (height + gap)
        var canvas = Canvas(width: width, height: bottom + (seconds == nil ? 8 : 40))
        canvas.text(title, Point(12, 20), size: 13, isBold: true, limit: width - 24)
        canvas.text(note, Point(12, 38), size: 11, ink: .muted, limit: width - 24)
        let (left, right) = (132.0, width - 24)
        if !maps.isEmpty { legend.draw(Point(left, note.isEmpty ? 30 : 46), on: &canvas) }
        let shares = picture.shares
        let plain = RasterImage(width: picture.columns, height: picture.rows) { row, column in
            ColorScale.sequential.color(picture.value(shares, row, column))
        }
        let drawn = maps.map { map in
            let overlay = Overlay(map.grid)
            return RasterImage(width: picture.columns, height: picture.rows) { row, column in
                overlay.color(
                    over: picture.value(shares, row, column),
                    row: (Double(row) + 0.5) / Double(picture.rows),
                    column: (Double(column) + 0.5) / Double(picture.columns))
            }
        }
        var y = top
        for (name, image) in zip([name] + maps.map(\.name), [plain] + drawn) {
            canvas.image(image, Point(left, y), width: right - left, height: height)
            canvas.text(
                name, Point(left - 8, y + height / 2 + 4), .end, size: 11, ink: .muted, limit: left - 16)
            y += height + gap
        }
        if let seconds, seconds > 0, seconds < 1e7 {
            let area = PlotArea(left: left, top: top, right: right, bottom: y - gap)
            let x = Scale([0, seconds], from: left, to: right, ticks: 9, exact: true)
            area.drawHorizontal(x, name: "seconds", on: &canvas)
        }
        return canvas.document(title: title, summary: summary)
    }
}

extension SaliencyPlot.Grid {
    /// The values as proportions of their range.
    fileprivate var shares: [Double] {
        let finite = values.filter(\.isFinite)
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        let range = max(high - low, .leastNormalMagnitude)
        return values.map { ($0 - low) / range }
    }

    /// An element of a table of this size; 0 if there is none.
    fileprivate func value(_ values: [Double], _ row: Int, _ column: Int) -> Double {
        let place = row * columns + column
        return values.indices.contains(place) ? values[place] : 0
    }
}

/// A map over a gray picture: orange for positive values, blue for negative ones, both darker than the gray, so that they are
/// also visible in grayscale.
private struct Overlay {
    private let grid: SaliencyPlot.Grid
    /// The magnitude that is drawn in full color. One value in a hundred may be larger, so that single ones do not hide the rest.
    private let largest: Double

    init(_ grid: SaliencyPlot.Grid) {
        self.grid = grid
        let magnitudes = grid.values.filter { $0.isFinite && $0 != 0 }.map(abs).sorted()
        largest = magnitudes.isEmpty ? 1 : magnitudes[magnitudes.count * 99 / 100]
    }

    private static let (positive, negative) = (SIMD3<Double>(213, 94, 0), SIMD3<Double>(0, 84, 160))

    static func ink(_ sign: Double) -> Ink { .fixed(sign > 0 ? "#D55E00" : "#0054A0") }

    /// The color of a place in the picture, whose row and column are proportions.
    ///
    /// - Parameter share: The value of the picture as a proportion of its range.
    func color(over share: Double, row: Double, column: Double) -> SIMD3<Double> {
        let gray = SIMD3(repeating: 252 - 80 * min(max(share.isNaN ? 0 : share, 0), 1))
        let value = interpolated(row, column) / largest
        guard value.isFinite else { return gray }
        let opacity = 0.75 * min(abs(value), 1).squareRoot()
        return gray + ((value > 0 ? Self.positive : Self.negative) - gray) * opacity
    }

    /// The value between the centers of the four nearest cells, linear in both directions.
    private func interpolated(_ row: Double, _ column: Double) -> Double {
        let (top, down) = Self.cells(row, grid.rows)
        let (left, across) = Self.cells(column, grid.columns)
        func line(_ row: Int) -> Double {
            let (a, b) = (grid.value(grid.values, row, left.first), grid.value(grid.values, row, left.second))
            return a + (b - a) * across
        }
        let (above, below) = (line(top.first), line(top.second))
        return above + (below - above) * down
    }

    /// The two cells around a place, and how far it is from the first to the second.
    private static func cells(_ share: Double, _ count: Int) -> ((first: Int, second: Int), Double) {
        let place = min(max(share * Double(count) - 0.5, 0), Double(max(count - 1, 0)))
        let first = Int(place)
        return ((first, min(first + 1, max(count - 1, 0))), place - Double(first))
    }
}

extension Canvas {
    /// Draws a picture, stretched to a rectangle.
    mutating func image(_ image: RasterImage, _ corner: Point, width: Double, height: Double) {
        let data = Data(image.png).base64EncodedString()
        element(
            "image",
            [
                ("x", Self.number(corner.x)), ("y", Self.number(corner.y)),
                ("width", Self.number(width)), ("height", Self.number(height)),
                ("preserveAspectRatio", "none"), ("image-rendering", "pixelated"),
                ("href", "data:image/png;base64,\(data)"),
            ])
        rectangle(corner, Point(corner.x + width, corner.y + height), fill: .paper, opacity: 0, border: .axis)
    }
}
