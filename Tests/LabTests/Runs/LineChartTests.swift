import Lab
import TestSupport
import Reports
import Testing

@Suite struct LineChartTests {
    private func elements(_ chart: LineChart) throws -> [MarkupReader.Element] {
        try MarkupReader.elements(chart.svg)
    }

    /// The points of the paths of a series.
    private func paths(_ elements: [MarkupReader.Element], series: Int) -> [[Point]] {
        elements.filter { $0.name == "path" && $0.attributes["class"] == "s\(series)-line" }
            .compactMap { $0.attributes["d"] }
            .map { d in
                d.dropFirst().split(separator: "L").map { pair in
                    let words = pair.split(separator: " ").compactMap { Double($0) }
                    return Point(words[0], words[1])
                }
            }
    }

    @Test func aCurveIsAPathThroughItsPoints() throws {
        let chart = LineChart(title: "t", series: [.init("a", [0, 10, 5])])
        let found = paths(try elements(chart), series: 0)
        try #require(found.count == 1 && found[0].count == 3)
        let (a, b, c) = (found[0][0], found[0][1], found[0][2])
        #expect(abs((b.x - a.x) - (c.x - b.x)) < 0.11)
        // 10 is above 0, and 5 in the middle of them.
        #expect(b.y < a.y && abs(c.y - (a.y + b.y) / 2) < 0.11)
        #expect(b.y >= 30 && a.y <= chart.size.height - 40)
    }

    @Test func whatIsNoNumberMakesAGap() throws {
        let values: [Double] = [1, 2, .nan, 3, .infinity, 4, 5, 6]
        let found = try elements(LineChart(title: "t", series: [.init("a", values)]))
        #expect(paths(found, series: 0).map(\.count) == [2, 3])
        // A point between two gaps is a mark, as it has no line.
        #expect(found.filter { $0.name == "circle" }.count == 1)
    }

    @Test func severalCurvesHaveALegendAndMarksOfTheirOwn() throws {
        let chart = LineChart(
            title: "t", series: [.init("training", [1, 2]), .init("validation", [2, 3])])
        let found = try elements(chart)
        #expect(found.contains { $0.name == "text" && $0.text == "training" })
        #expect(found.contains { $0.name == "text" && $0.text == "validation" })
        #expect(found.contains { $0.name == "circle" && $0.attributes["class"] == "s0" })
        #expect(found.contains { $0.name == "path" && $0.attributes["class"] == "s1" })
    }

    @Test func theMarkStandsAtItsPlace() throws {
        let chart = LineChart(
            title: "t", series: [.init("a", Array(repeating: 1, count: 21))], mark: (11, "best: epoch 11"))
        let found = try elements(chart)
        let curve = paths(found, series: 0)[0]
        let line = try #require(found.first { $0.attributes["stroke-dasharray"] != nil })
        let d = try #require(line.attributes["d"])
        let x = Double(d.dropFirst().split(separator: " ")[0])
        #expect(x == curve[10].x)
        #expect(found.contains { $0.name == "text" && $0.text == "best: epoch 11" })
    }

    @Test func aLogarithmicAxisGoesByFactors() throws {
        let chart = LineChart(title: "t", series: [.init("a", [1000, 10, 0.1, 0])], axis: .logarithmic)
        let curve = paths(try elements(chart), series: 0)[0]
        #expect(curve.count == 3)
        #expect(abs((curve[1].y - curve[0].y) - (curve[2].y - curve[1].y)) < 0.11)
    }

    @Test func anAutomaticAxisIsLogarithmicForLargeFactorsOnly() {
        func labels(_ values: [Double]) -> Bool {
            let chart = LineChart(title: "t", series: [.init("a", values)], axis: .automatic)
            return chart.svg.contains(">0.001<")
        }
        #expect(labels([1, 0.001]))
        #expect(!labels([1, 0.5]) && !labels([1, 0]) && !labels([1, -0.001]))
    }

    @Test func thinningKeepsTheExtremes() {
        let points = (0..<10_000).map { Point(Double($0) / 100, $0 == 5017 ? 900 : Double($0 % 7)) }
        let thin = LineChart.thinned(points)
        #expect(thin.count <= 400 && thin.contains(points[5017]))
        #expect(thin.first == points.first && thin.last == points.last)
        #expect(zip(thin, thin.dropFirst()).allSatisfy { $0.x < $1.x })
    }
}
