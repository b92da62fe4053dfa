import Foundation

/// Pictures over a common time axis, one below the other: the input of a model and what its prediction depends on.
public struct SaliencyPlot: Plot {
    /// A picture of numbers.
    public struct Panel: Sendable {
        /// The name, beside the picture.
        public var name: String
        /// The number of rows.
        public var rows: Int
        /// The number of columns.
        public var columns: Int
        /// The values, row by row from the top.
        public var values: [Double]
        /// Whether zero is in the middle of the colors, from blue for negative to orange for positive values.
        public var isSigned: Bool

        /// Creates a picture of `rows * columns` values.
        public init(_ name: String, rows: Int, columns: Int, values: [Double], isSigned: Bool = false) {
            (self.name, self.rows, self.columns) = (name, rows, columns)
            (self.values, self.isSigned) = (values, isSigned)
        }
    }

    /// The title, such as the name of the clip.
    public var title: String
    /// A second line, such as the true and the predicted class.
    public var note: String
    /// The pictures, from top to bottom.
    public var panels: [Panel]
    /// The duration of the pictures; nil if they have no time axis.
    public var seconds: Double?
    /// The width in pixels.
    public var width = 640.0

    /// Creates a plot.
    public init(title: String, note: String = "", panels: [Panel], seconds: Double? = nil) {
        (self.title, self.note, self.panels, self.seconds) = (title, note, panels, seconds)
    }

    public var summary: String {
        ([note] + panels.map { "\($0.name), \($0.rows) × \($0.columns)" }).filter { !$0.isEmpty }
            .joined(separator: "; ")
    }

    public var svg: String {
        let (top, gap) = (note.isEmpty ? 34.0 : 50.0, 8.0)
        let heights = panels.map { $0.rows > 1 ? 96.0 : 18 }
        let bottom = top + heights.reduce(0) { $0 + $1 + gap }
        var canvas = Canvas(width: width, height: bottom + (seconds == nil ? 8 : 40))
        canvas.text(title, Point(12, 20), size: 13, isBold: true, limit: width - 24)
        canvas.text(note, Point(12, 38), size: 11, ink: .muted, limit: width - 24)
        let (left, right) = (132.0, width - 24)
        var y = top
        for (panel, height) in zip(panels, heights) {
            canvas.image(panel.image, Point(left, y), width: right - left, height: height)
            canvas.text(
                panel.name, Point(left - 8, y + height / 2 + 4), .end, size: 11, ink: .muted, limit: left - 16)
            y += height + gap
        }
        let area = PlotArea(left: left, top: top, right: right, bottom: max(y - gap, top))
        if panels.isEmpty { area.drawEmpty(on: &canvas) }
        if let seconds, seconds > 0, seconds < 1e7 {
            let x = Scale([0, seconds], from: left, to: right, ticks: 9, exact: true)
            area.drawHorizontal(x, name: "seconds", on: &canvas)
        }
        return canvas.document(title: title, summary: summary)
    }
}

extension SaliencyPlot.Panel {
    fileprivate var image: RasterImage {
        let finite = values.filter(\.isFinite)
        let largest = max(finite.map { abs($0) }.max() ?? 0, .leastNormalMagnitude)
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        let range = max(high - low, .leastNormalMagnitude)
        return RasterImage(width: columns, height: rows, isSigned ? .diverging : .sequential) { row, column in
            let place = row * columns + column
            guard values.indices.contains(place) else { return 0 }
            return isSigned ? 0.5 + values[place] / largest / 2 : (values[place] - low) / range
        }
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
