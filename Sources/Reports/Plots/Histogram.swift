import Foundation

/// A histogram of one or several groups of values with common bins.
public struct Histogram: Plot {
    /// The title.
    public var title: String
    /// The label of the horizontal axis.
    public var xName: String
    /// The groups, which are overlaid. Non-finite values are ignored.
    public var groups: [(name: String, values: [Double])]
    /// The number of bins; nil applies the Freedman-Diaconis rule, limited to 5 to 60.
    public var bins: Int?
    /// The size in pixels.
    public var size: (width: Double, height: Double) = (640, 320)

    /// Creates a histogram.
    public init(title: String, xName: String, groups: [(name: String, values: [Double])], bins: Int? = nil) {
        self.title = title
        self.xName = xName
        self.groups = groups
        self.bins = bins
    }

    public var summary: String {
        groups.map { group in
            let numbers = group.values.filter { Scale.isDrawn($0) }.sorted()
            guard let low = numbers.first, let high = numbers.last else { return "\(group.name): no data" }
            return
                "\(group.name): \(NumberText.count(numbers.count, "value")) from \(NumberText.short(low)) to "
                + "\(NumberText.short(high)), median \(NumberText.short(numbers[numbers.count / 2]))"
        }.joined(separator: "; ")
    }

    /// The histogram as SVG.
    public var svg: String {
        var canvas = Canvas(width: size.width, height: size.height)
        canvas.text(title, Point(12, 22), size: 14, isBold: true, limit: size.width - 24)
        let top = drawLegend(on: &canvas)
        let numbers = groups.flatMap(\.values).filter { Scale.isDrawn($0) }
        let bottom = size.height - 46
        let (low, width, count) = layout(numbers)
        let counts = groups.map { Self.counts($0.values, low, width, count) }
        let highest = counts.flatMap(\.self).max() ?? 0
        let y = Scale([0, Double(max(highest, 1))], from: bottom, to: top, whole: true)
        let area = PlotArea(
            left: 36 + PlotArea.labelWidth(y), top: top, right: size.width - 20, bottom: bottom)
        let x = Scale(
            [low, low + width * Double(count)], from: area.left, to: area.right, ticks: 9, exact: true)
        area.drawVertical(y, name: "count", on: &canvas)
        for (index, counts) in counts.enumerated() {
            for (bin, count) in counts.enumerated() where count > 0 {
                let edge = low + width * Double(bin)
                guard let left = x.place(edge), let right = x.place(edge + width),
                    let up = y.place(Double(count))
                else { continue }
                canvas.rectangle(
                    Point(left + 0.5, up), Point(right - 0.5, bottom), fill: .series(index),
                    opacity: groups.count > 1 ? 0.55 : 0.8,
                    tip: "\(NumberText.short(edge)) to \(NumberText.short(edge + width)): \(count)")
            }
        }
        area.drawHorizontal(x, name: xName, on: &canvas)
        if numbers.isEmpty { area.drawEmpty(on: &canvas) }
        return canvas.document(title: title, summary: summary)
    }

    private func drawLegend(on canvas: inout Canvas) -> Double {
        guard groups.count > 1 else { return 40 }
        var x = 12.0
        for (index, group) in groups.enumerated() {
            canvas.rectangle(Point(x, 33), Point(x + 14, 44), fill: .series(index), opacity: 0.7)
            canvas.text(group.name, Point(x + 20, 43), limit: 180)
            x += 36 + min(TextWidth.of(group.name, size: 12), 180)
        }
        return 56
    }

    /// The lower edge, width and number of the bins.
    private func layout(_ numbers: [Double]) -> (low: Double, width: Double, count: Int) {
        let sorted = numbers.sorted()
        guard let low = sorted.first, let high = sorted.last else { return (0, 0.1, 10) }
        let range = high - low
        let size = max(abs(low), abs(high))
        guard range > max(size * 1e-9, 1e-290) else {
            let width = size < 1e-280 ? 0.1 : size * 0.02
            return (low - width * 2.5, width, 5)
        }
        let spread = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
        let wide = 2 * spread / pow(Double(sorted.count), 1.0 / 3)
        let natural = wide > 0 ? min(range / wide, 60) : 10
        let count = min(max(bins ?? max(Int(natural.rounded(.up)), 5), 1), 500)
        return (low, range / Double(count), count)
    }

    private static func counts(_ values: [Double], _ low: Double, _ width: Double, _ count: Int) -> [Int] {
        var counts = Array(repeating: 0, count: count)
        for value in values where Scale.isDrawn(value) {
            counts[Int(min(max((value - low) / width, 0), Double(count - 1)))] += 1
        }
        return counts
    }
}
