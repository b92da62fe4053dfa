/// A position in pixels: x to the right, y downwards.
package struct Point: Equatable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }

    /// Coordinates rounded to tenths of a pixel, for paths with many points.
    package var text: String { Canvas.number(x, by: 10) + " " + Canvas.number(y, by: 10) }
}

/// Builds an SVG document.
package struct Canvas {
    package let width: Double
    package let height: Double
    private var body = ""

    package init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    package enum Anchor: String {
        case start, middle, end
    }

    /// Returns the document. `title` and `summary` are its text alternative.
    package func document(title: String, summary: String) -> String {
        let size = [
            ("width", Self.number(width)), ("height", Self.number(height)),
            ("viewBox", "0 0 \(Self.number(width)) \(Self.number(height))"),
        ]
        let start = Markup.attributes(
            [("xmlns", "http://www.w3.org/2000/svg"), ("class", "plot"), ("role", "img")] + size + [
                ("font-family", "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"),
                ("font-size", "12"),
            ])
        return "<svg\(start)><title>\(Markup.escaped(title))</title><desc>\(Markup.escaped(summary))</desc>\n"
            + "<rect class=\"paper\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" fill=\"#FFFFFF\"/>\n"
            + body + "</svg>\n"
    }

    /// Draws a rectangle between two opposite corners.
    package mutating func rectangle(
        _ a: Point, _ b: Point, fill: Ink, opacity: Double = 1, border: Ink? = nil, tip: String? = nil
    ) {
        var attributes = [
            ("x", Self.number(min(a.x, b.x))), ("y", Self.number(min(a.y, b.y))),
            ("width", Self.number(abs(a.x - b.x))), ("height", Self.number(abs(a.y - b.y))),
        ]
        attributes += paint("fill", fill)
        if opacity < 1 { attributes.append(("fill-opacity", Self.number(opacity))) }
        if let border { attributes.append(("stroke", border.color)) }
        element("rect", attributes, tip: tip)
    }

    package mutating func line(
        _ a: Point, _ b: Point, _ ink: Ink, width: Double = 1, dash: String? = nil, tip: String? = nil
    ) {
        path("M\(a.text)L\(b.text)", stroke: ink, width: width, dash: dash, tip: tip)
    }

    /// Draws a line through points.
    package mutating func polyline(_ points: [Point], _ ink: Ink, width: Double) {
        guard points.count > 1 else { return }
        path("M" + points.map(\.text).joined(separator: "L"), stroke: ink, width: width)
    }

    /// Fills the area between points.
    package mutating func polygon(_ points: [Point], fill: Ink, opacity: Double = 1) {
        guard points.count > 2 else { return }
        var attributes = [("d", "M" + points.map(\.text).joined(separator: "L") + "Z")] + paint("fill", fill)
        if opacity < 1 { attributes.append(("fill-opacity", Self.number(opacity))) }
        element("path", attributes)
    }

    private mutating func path(
        _ d: String, stroke: Ink, width: Double, dash: String? = nil, tip: String? = nil
    ) {
        var attributes = [("d", d), ("fill", "none")] + paint("stroke", stroke)
        attributes += [("stroke-width", Self.number(width)), ("stroke-linejoin", "round")]
        if let dash { attributes.append(("stroke-dasharray", dash)) }
        element("path", attributes, tip: tip)
    }

    /// Draws the marker of a series, whose shape distinguishes it without color.
    package mutating func mark(_ at: Point, series: Int, size: Double = 3.5, tip: String? = nil) {
        let look = paint("fill", .series(series)) + [("stroke", "#FFFFFF"), ("stroke-width", "0.8")]
        if series % MarkerShape.allCases.count == 0 {
            element(
                "circle",
                [("cx", Self.number(at.x)), ("cy", Self.number(at.y)), ("r", Self.number(size))] + look,
                tip: tip)
        } else {
            element("path", [("d", MarkerShape.of(series).path(at, size))] + look, tip: tip)
        }
    }

    /// Draws text with its baseline at a point. Text wider than `limit` is truncated, in the middle if
    /// `keepsEnd` is true, and shown in full in the tooltip.
    package mutating func text(
        _ text: String, _ at: Point, _ anchor: Anchor = .start, size: Double = 12, ink: Ink = .ink,
        isBold: Bool = false, turned: Double = 0, limit: Double = .infinity, keepsEnd: Bool = false
    ) {
        let fontSize = size * (isBold ? 1.08 : 1)
        let shown =
            keepsEnd
            ? TextWidth.cutMiddle(text, to: limit, size: fontSize)
            : TextWidth.cut(text, to: limit, size: fontSize)
        var attributes = [("x", Self.number(at.x)), ("y", Self.number(at.y))]
        if anchor != .start { attributes.append(("text-anchor", anchor.rawValue)) }
        if size != 12 { attributes.append(("font-size", Self.number(size))) }
        if isBold { attributes.append(("font-weight", "600")) }
        if turned != 0 { attributes.append(("transform", "rotate(\(Self.number(turned)) \(at.text))")) }
        element("text", attributes + paint("fill", ink), shown, tip: shown == text ? nil : text)
    }

    func paint(_ what: String, _ ink: Ink) -> [(String, String)] {
        [(what, ink.color)] + (ink.name.map { [("class", what == "stroke" ? $0 + "-line" : $0)] } ?? [])
    }

    mutating func element(
        _ name: String, _ attributes: [(String, String)], _ text: String = "", tip: String? = nil
    ) {
        let tip = tip.map { "<title>\(Markup.escaped($0))</title>" } ?? ""
        let inside = tip + Markup.escaped(text)
        body += "<\(name)\(Markup.attributes(attributes))" + (inside.isEmpty ? "/>" : ">\(inside)</\(name)>")
        body += "\n"
    }

    /// Formats a coordinate, rounded and limited to a range that viewers support. NaN becomes 0.
    package static func number(_ value: Double, by parts: Int = 100) -> String {
        guard !value.isNaN else { return "0" }
        let rounded = Int((min(max(value, -1e6), 1e6) * Double(parts)).rounded()) * (100 / parts)
        let (whole, part) = (abs(rounded) / 100, abs(rounded) % 100)
        let digits = part == 0 ? "" : part % 10 == 0 ? ".\(part / 10)" : part < 10 ? ".0\(part)" : ".\(part)"
        return (rounded < 0 ? "-" : "") + "\(whole)" + digits
    }
}
