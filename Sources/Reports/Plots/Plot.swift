/// A picture of some numbers, as a value.
///
/// All plots are drawn on white with colours that colour-blind readers can tell apart, and again by shape, so that they can
/// be printed in grey. What is no finite number is left out: a gap in a curve, a dash in a table. Names are shown whatever
/// they hold; long ones are cut, and whole in the tooltip.
public protocol Plot: Sendable {
    /// What the picture is of.
    var title: String { get }
    /// What there is to see, in a sentence or two, for readers who do not see it.
    var summary: String { get }
    /// The picture as an SVG document, which can stand in a file or in an HTML page.
    var svg: String { get }
}

/// A colour by what it is for. A page can give another colour to its class, such as a light ink in dark surroundings.
package enum Ink: Equatable {
    case paper, ink, muted, axis, grid
    /// The nth curve of several.
    case series(Int)
    /// A light tone of a series' colour, for areas.
    case area(Int)
    /// Part of a scale of colours: it does not change with the surroundings.
    case fixed(String)

    /// Okabe and Ito's colours, the dark ones first; yellow is too light for lines.
    package static let series = ["#0072B2", "#D55E00", "#009E73", "#A8518A", "#E69F00", "#56B4E9", "#4D4D4D"]
    /// The same, mixed with white.
    package static let areas = ["#9CC8E3", "#F3BF99", "#99D8C7", "#DDB9D0", "#F5D899", "#BBE1F6", "#B8B8B8"]

    package var color: String {
        switch self {
        case .paper: "#FFFFFF"
        case .ink: "#1F2328"
        case .muted: "#57606A"
        case .axis: "#8C959F"
        case .grid: "#E3E6EA"
        case .series(let index): Self.series[index % Self.series.count]
        case .area(let index): Self.areas[index % Self.areas.count]
        case .fixed(let color): color
        }
    }

    /// The class with which a page can find it; nil for fixed colours.
    package var name: String? {
        switch self {
        case .paper: "paper"
        case .ink: "ink"
        case .muted: "muted"
        case .axis: "axis"
        case .grid: "grid"
        case .series(let index): "s\(index % Self.series.count)"
        case .area(let index): "a\(index % Self.areas.count)"
        case .fixed: nil
        }
    }
}
