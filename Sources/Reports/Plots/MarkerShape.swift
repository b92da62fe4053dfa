/// The shape of a marker, which distinguishes series without color.
enum MarkerShape: Int, CaseIterable {
    case circle, square, triangle, diamond

    /// Returns the shape of a series.
    static func of(_ series: Int) -> MarkerShape { allCases[series % allCases.count] }

    /// Returns the outline around a point as path data.
    func path(_ at: Point, _ r: Double) -> String {
        let (x, y) = (at.x, at.y)
        let corners: [Point]
        switch self {
        case .circle:
            let radius = Canvas.number(r)
            return "M\(Point(x - r, y).text)a\(radius) \(radius) 0 1 0 \(Canvas.number(2 * r)) 0"
                + "a\(radius) \(radius) 0 1 0 \(Canvas.number(-2 * r)) 0Z"
        case .square:
            corners = [Point(x - r, y - r), Point(x + r, y - r), Point(x + r, y + r), Point(x - r, y + r)]
        case .triangle:
            corners = [
                Point(x, y - r * 1.2), Point(x + r * 1.15, y + r * 0.9), Point(x - r * 1.15, y + r * 0.9),
            ]
        case .diamond:
            corners = [
                Point(x, y - r * 1.3), Point(x + r * 1.3, y), Point(x, y + r * 1.3), Point(x - r * 1.3, y),
            ]
        }
        return "M" + corners.map(\.text).joined(separator: "L") + "Z"
    }
}
