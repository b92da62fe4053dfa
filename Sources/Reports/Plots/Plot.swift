/// A plot as a value that can be rendered as SVG.
///
/// Plots use a palette that is safe for color-blind readers, and also distinguish series by shape, so that they can be printed
/// in grayscale. Non-finite values are omitted. Names are escaped; long ones are truncated and shown in full in a tooltip.
public protocol Plot: Sendable {
    /// The title.
    var title: String { get }
    /// A text alternative of a sentence or two.
    var summary: String { get }
    /// The plot as an SVG document, for a file or an HTML page.
    var svg: String { get }
}

/// A color by its role. A page can override the color of its class, for example in dark mode.
package enum Ink: Equatable {
    case paper, ink, muted, axis, grid
    /// The color of a series, by index.
    case series(Int)
    /// A light tone of a series' color, for areas.
    case area(Int)
    /// A color of a color scale, which is the same in dark mode.
    case fixed(String)

    /// The palette of Okabe and Ito without yellow, which is too light for lines.
    package static let series = ["#0072B2", "#D55E00", "#009E73", "#A8518A", "#E69F00", "#56B4E9", "#4D4D4D"]
    /// The palette, mixed with white.
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

    /// The CSS class; nil for fixed colors.
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
