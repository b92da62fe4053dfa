/// The area of a plot inside its axes.
package struct PlotArea {
    package let left: Double
    package let top: Double
    package let right: Double
    package let bottom: Double

    package var width: Double { right - left }
    package var height: Double { bottom - top }

    /// Draws the grid lines, tick labels and label of the vertical axis.
    package func drawVertical(_ scale: Scale, name: String, on canvas: inout Canvas) {
        for tick in scale.ticks {
            guard let y = scale.place(tick.value) else { continue }
            canvas.line(Point(left, y), Point(right, y), .grid)
            canvas.text(tick.label, Point(left - 7, y + 4), .end, size: 11, ink: .muted)
        }
        guard !name.isEmpty else { return }
        canvas.text(
            name, Point(14, (top + bottom) / 2), .middle, ink: .muted, turned: -90, limit: height + 40)
    }

    /// Draws the tick labels and label of the horizontal axis, and vertical grid lines if `grid` is true.
    package func drawHorizontal(_ scale: Scale, name: String, grid: Bool = false, on canvas: inout Canvas) {
        for tick in scale.ticks {
            guard let x = scale.place(tick.value) else { continue }
            if grid { canvas.line(Point(x, top), Point(x, bottom), .grid) }
            canvas.line(Point(x, bottom), Point(x, bottom + 4), .axis)
            canvas.text(tick.label, Point(x, bottom + 17), .middle, size: 11, ink: .muted)
        }
        canvas.line(Point(left, bottom), Point(right, bottom), .axis)
        guard !name.isEmpty else { return }
        canvas.text(name, Point((left + right) / 2, bottom + 36), .middle, ink: .muted, limit: width + 40)
    }

    /// Draws "no data" in the center.
    package func drawEmpty(on canvas: inout Canvas) {
        canvas.text(
            "no data", Point((left + right) / 2, (top + bottom) / 2 + 4), .middle, ink: .muted)
    }

    /// The width of the tick labels of a vertical axis.
    package static func labelWidth(_ scale: Scale) -> Double {
        scale.ticks.map { TextWidth.of($0.label, size: 11) }.max() ?? 0
    }
}
