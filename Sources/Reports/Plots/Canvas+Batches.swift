/// Many equal shapes in one element, which keeps files with thousands of points small.
extension Canvas {
    /// Draws the markers of a series; hollow ones have a colored outline.
    mutating func marks(_ places: [Point], series: Int, size: Double, isHollow: Bool = false) {
        guard !places.isEmpty else { return }
        let shape = MarkerShape.of(series)
        let d = places.map { shape.path($0, size) }.joined()
        if isHollow {
            element(
                "path",
                [("d", d), ("fill", "none")] + paint("stroke", .series(series)) + [("stroke-width", "1.4")])
        } else {
            element(
                "path",
                [("d", d)] + paint("fill", .series(series))
                    + [("fill-opacity", "0.85"), ("stroke", "#FFFFFF"), ("stroke-width", "0.5")])
        }
    }

    /// Draws dots of one color.
    mutating func dots(_ places: [Point], radius: Double, _ ink: Ink) {
        dashes(places, length: 0, ink, width: 2 * radius)
    }

    /// Draws horizontal dashes with round ends, from left to right.
    mutating func dashes(_ places: [Point], length: Double, _ ink: Ink, width: Double = 1) {
        guard !places.isEmpty else { return }
        let step = "h" + Self.number(length)
        element(
            "path",
            [("d", places.map { "M\($0.text)\(step)" }.joined()), ("fill", "none")] + paint("stroke", ink)
                + [("stroke-width", Self.number(width)), ("stroke-linecap", "round")])
    }

    /// Fills squares with the given upper left corners.
    mutating func squares(_ corners: [Point], size: Double, fill: Ink) {
        guard !corners.isEmpty else { return }
        // A little larger, so that no gaps show between neighbors.
        let side = Self.number(size + 0.2)
        let d = corners.map { "M\($0.text)h\(side)v\(side)h-\(side)Z" }.joined()
        element("path", [("d", d)] + paint("fill", fill))
    }

    /// Draws a rectangle's outline.
    mutating func frame(_ a: Point, _ b: Point, _ ink: Ink, width: Double) {
        let d = "M\(a.text)L\(Point(b.x, a.y).text)L\(b.text)L\(Point(a.x, b.y).text)Z"
        element(
            "path",
            [("d", d), ("fill", "none")] + paint("stroke", ink) + [("stroke-width", Self.number(width))])
    }
}
