import Autograd
import Reports
import TestSupport
import Testing

/// Plots of features, searches and projections.
@Suite struct FeaturePlotTests {
    private func elements(_ plot: any Plot) throws -> [MarkupReader.Element] {
        try MarkupReader.elements(plot.svg)
    }

    private func texts(_ plot: any Plot) throws -> [String] {
        try elements(plot).filter { $0.name == "text" }.map(\.text)
    }

    private func number(_ element: MarkupReader.Element, _ key: String) -> Double {
        element.attributes[key].flatMap { Double($0) } ?? .nan
    }

    private let emotions = ["neutral", "happy", "sad", "angry"]

    @Test func barsAreAsLongAsTheirCounts() throws {
        let chart = GroupedBarChart.classCounts(
            classes: ["calm", "sad"], clips: [50, 200], examples: [200, 200])
        let found = try elements(chart)
        let bars = found.filter { $0.name == "rect" && number($0, "height") > 10.5 && $0.text != "" }
        try #require(bars.count == 4)
        let widths = bars.map { number($0, "width") }
        #expect(abs(widths[0] * 4 - widths[1]) < 0.1 && widths[1] == widths[2] && widths[2] == widths[3])
        // Light and dark tones, in that order.
        #expect(bars.map { $0.attributes["class"] } == ["a0", "s0", "a0", "s0"])
        #expect(bars[0].text == "calm, clips: 50")
        #expect(try texts(chart).contains("training examples"))
        #expect(
            chart.summary
                == "calm: clips 50, training examples 200; sad: clips 200, training examples 200"
        )
    }

    @Test func manyCategoriesAreCounted() throws {
        let names = (0..<100).map { "class \($0)" }
        let chart = GroupedBarChart.classCounts(
            classes: names, clips: Array(0..<100), examples: Array(0..<100))
        let words = try texts(chart)
        #expect(words.contains("and 40 more") && words.contains("class 59") && !words.contains("class 60"))
    }

    private func table(_ features: Int, _ classes: [String], rows: Int = 200) -> FeatureTable {
        let random = RandomGenerator(seed: 2)
        return FeatureTable(
            names: (0..<features).map { "feature \($0)" },
            values: (0..<features).map { _ in (0..<rows).map { Double($0 % 4) + random.uniform() } },
            classes: classes, labels: (0..<rows).map { $0 % max(classes.count, 1) })
    }

    @Test func histogramsHaveARowPerClass() throws {
        let plot = FeatureHistograms(table(5, emotions))
        let found = try elements(plot)
        for group in 0..<4 {
            #expect(found.filter { $0.attributes["class"] == "a\(group)" }.count == 5)
        }
        let words = try texts(plot)
        // The names of the classes are beside both lines of panels.
        #expect(words.filter { $0 == "happy" }.count == 2 && words.contains("feature 4"))
        #expect(plot.summary.hasPrefix("feature 0: median neutral 0."))
    }

    /// The areas of the bins are proportional to the counts.
    @Test func histogramsCountTheirValues() throws {
        var plot = FeatureHistograms(FeatureTable(names: ["x"], values: [[0, 1, 1, 1, 4, .nan]]))
        plot.bins = 4
        let found = try elements(plot)
        let outline = try #require(found.first { $0.attributes["class"] == "a0" }?.attributes["d"])
        let heights = outline.dropFirst().dropLast().split(separator: "L").compactMap {
            $0.split(separator: " ").last.flatMap { Double($0) }
        }
        try #require(heights.count == 10)
        let (bottom, top) = (heights[0], heights[3])
        #expect(abs((bottom - heights[1]) * 3 - (bottom - top)) < 0.31)
        #expect(heights[5] == bottom && heights[7] == heights[1])
        #expect(try texts(plot).contains("1 missing"))
    }

    @Test func violinsShowMedianAndQuartiles() throws {
        let values = (0...100).map { Double($0) }
        let plot = FeatureViolins(FeatureTable(names: ["x"], values: [values]))
        let found = try elements(plot)
        let axis = try #require(found.last { $0.attributes["class"] == "axis-line" }?.attributes["d"])
        let ends = axis.dropFirst().split(separator: "L").compactMap { Double($0.split(separator: " ")[0]) }
        let (low, high) = (ends[0] + 3, ends[1] - 3)
        let bar = try #require(found.first { $0.attributes["stroke-width"] == "3.5" }?.attributes["d"])
        let quartiles = bar.dropFirst().split(separator: "L").compactMap {
            Double($0.split(separator: " ")[0])
        }
        #expect(abs(quartiles[0] - (low + (high - low) / 4)) < 0.2)
        #expect(abs(quartiles[1] - (low + (high - low) * 3 / 4)) < 0.2)
        let dot = try #require(found.first { $0.attributes["class"] == "paper-line" }?.attributes["d"])
        #expect(abs((Double(dot.dropFirst().split(separator: " ")[0]) ?? 0) - (low + high) / 2) < 0.2)
    }

    @Test func panelsHaveALimit() throws {
        let plot = FeatureViolins(table(100, (0..<30).map { "speaker \($0)" }))
        #expect(try texts(plot).contains("and 76 more features, and 18 more classes"))
        let empty = FeatureHistograms(
            FeatureTable(names: ["a"], values: [[.nan]], classes: ["x"], labels: [0]))
        #expect(try texts(empty).contains("no data"))
    }

    @Test func correlationsAreThoseOfPearson() throws {
        let x: [Double] = [1, 2, 3, 4, .nan]
        let plot = CorrelationPlot(
            names: ["a", "b", "c", "d"],
            features: [x, x.map { -2 * $0 }, [1, 3, 2, 4, 9], [0.1, 0.1, 0.1, 0.1, 0.1]])
        #expect(abs(plot.coefficients[0][1] + 1) < 1e-12 && abs(plot.coefficients[0][2] - 0.8) < 1e-12)
        #expect(
            plot.coefficients[3].allSatisfy(\.isNaN) && plot.coefficients[2][1] == plot.coefficients[1][2])
        let words = try texts(plot)
        #expect(words.filter { $0 == "−1.00" }.count == 2 && words.filter { $0 == "0.80" }.count == 2)
        #expect(words.filter { $0 == "–" }.count == 7)
        #expect(
            plot.summary
                == "Strongest correlations of 4 features: a and b (−1.00), a and c (0.80), b and c (−0.80)")
        let huge = CorrelationPlot(
            names: ["a", "b"], features: [[1e300, -1e300, 0], [1e-300, -1e-300, 0]])
        #expect(abs(huge.coefficients[0][1] - 1) < 1e-12)
    }

    @Test func clusteringPlacesSimilarFeaturesTogether() {
        let groups = [0, 1, 2, 0, 1, 2, 0, 1, 2]
        let order = HierarchicalOrder.of(
            groups.map { a in groups.map { a == $0 ? 0.1 : 0.9 } })
        #expect(order.sorted() == Array(0..<9))
        let sorted = order.map { groups[$0] }
        #expect(zip(sorted, sorted.dropFirst()).filter { $0 != $1 }.count == 2)
        #expect(HierarchicalOrder.of([]) == [] && HierarchicalOrder.of([[0]]) == [0])
        #expect(HierarchicalOrder.of([[0, .nan], [.nan, 0]]).sorted() == [0, 1])
    }

    @Test func namesOfManyFeaturesAreThinned() throws {
        let names = (0..<120).map { "f\($0)" }
        let plot = CorrelationPlot(names: names, coefficients: names.map { _ in names.map { _ in 0.5 } })
        let rows = try elements(plot).filter { $0.name == "text" && $0.attributes["text-anchor"] == "end" }
        let places = rows.map { number($0, "y") }
        #expect(rows.count < 120 && rows.count > 40)
        #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 >= 8 })
        #expect(plot.svg.utf8.count < 500_000)
    }

    @Test func theMostImportantAttributionsComeFirst() throws {
        let plot = BeeswarmPlot(features: [
            .init("small", attributions: [0.1, -0.1], values: [1, 2]),
            .init("none", attributions: [.nan], values: [1]),
            .init("large", attributions: [1, -2], values: [.nan, 2]),
        ])
        #expect(plot.summary == "Mean absolute values: large 1.5; small 0.1; none –")
        let words = try texts(plot)
        #expect(words.filter { ["small", "large", "none"].contains($0) } == ["large", "small", "none"])
        #expect(words.contains("low") && words.contains("high") && words.contains("feature value"))
        // Missing feature values are gray.
        #expect(plot.svg.contains("#A9B0B8"))
    }

    @Test func beeswarmsHaveALimit() throws {
        let random = RandomGenerator(seed: 1)
        let values = (0..<5000).map { _ in random.uniform() }
        let plot = BeeswarmPlot(
            features: (0..<88).map { .init("feature \($0)", attributions: values, values: values) })
        #expect(try texts(plot).contains("and 68 more features; 1,000 of 5,000 examples drawn"))
        #expect(plot.svg.utf8.count < 500_000)
    }

    @Test func markersDistinguishGroups() throws {
        let plot = ScatterPlot(
            title: "t", points: (0..<56).map { (Double($0), Double($0)) }, labels: Array(0..<56),
            groups: (0..<56).map { "speaker \($0)" })
        // The looks of all markers of the legend differ: color, outline or shape.
        let marks = try elements(plot).filter {
            $0.name == "path" && $0.attributes["class"]?.hasPrefix("s") == true
        }
        let looks = marks.map { element in
            let d = element.attributes["d"] ?? ""
            let corners = d.split(separator: "L").count
            let isTilted = Set(d.dropFirst().split(separator: "L").map { $0.split(separator: " ")[0] }).count
            return
                "\(element.attributes["fill"] ?? "") \(element.attributes["stroke"] ?? "") \(corners) \(isTilted)"
        }
        #expect(marks.count == 112 && Set(looks).count == 56)
        #expect(try texts(plot).contains("speaker 55"))
    }

    @Test func scatterPlotsKeepProportionsAndLeaveOutWhatHasNoPlace() throws {
        let plot = ScatterPlot(
            title: "t", points: [(0, 0), (10, 1), (.nan, 1), (5, 5)], labels: [0, 1, 0, 7],
            groups: ["a", "b"])
        #expect(plot.summary == "2 points; a: 1 point around (0, 0); b: 1 point around (10, 1)")
        let found = try elements(plot).filter { $0.attributes["fill-opacity"] == "0.85" }
        let first = try #require(found.first?.attributes["d"]?.dropFirst().split(separator: "a").first)
        let second = try #require(
            found.dropFirst().first?.attributes["d"]?.dropFirst().split(separator: "L").first)
        func point(_ text: Substring) -> [Double] { text.split(separator: " ").compactMap { Double($0) } }
        // Both outlines begin 3.6 pixels to the left of the point; that of the square also 3.6 above it.
        let (a, b) = (point(first), point(second))
        #expect(abs((b[0] - a[0]) - 10 * (a[1] - b[1] - 3.6)) < 2)
        #expect(try texts(ScatterPlot(title: "t", points: [])).contains("no data"))
    }

    /// The identity line is the diagonal, because both axes have the same scale.
    @Test func identityLines() throws {
        var plot = ScatterPlot(title: "t", points: [(1, 4), (4, 1)], axes: ("true", "predicted"))
        func lines() throws -> [String] {
            try elements(plot).filter { $0.attributes["stroke-dasharray"] != nil }.compactMap {
                $0.attributes["d"]
            }
        }
        #expect(try lines().isEmpty)
        plot.hasIdentityLine = true
        #expect(try lines() == ["M76 496L536 36"])
        // The labels of both axes are the same.
        let labels = try texts(plot).filter { Double($0) != nil }
        #expect(labels.count > 4 && labels.allSatisfy { label in labels.count { $0 == label } == 2 })
    }

    @Test func curvesHaveMeansAndBands() throws {
        let curve = ScoreCurve(
            x: [100, 1000, 10], training: [[1, 1], [0.8, 1], [.nan]],
            validation: [[0.5, 0.7], [0.9, 0.7], [0.3]])
        let chart = LineChart.learningCurve(curve)
        #expect(chart.series[1].points.map(\.x) == [10, 100, 1000])
        #expect(chart.series[1].points.map(\.y) == [0.3, 0.6, 0.8])
        #expect(chart.series[1].band[0].low == 0.3 && chart.series[1].band[0].high == 0.3)
        #expect(abs(chart.series[1].band[1].high - 0.6 - 0.02.squareRoot()) < 1e-12)
        #expect(curve.best() == 1000 && curve.best(isLowerBetter: true) == 10)
        let search = LineChart.validationCurve(parameter: "C", curve, xAxis: .logarithmic)
        #expect(search.mark?.x == 1000 && search.mark?.name == "best: 1000")
        // Decades are at equal distances.
        let places = try elements(search).filter { $0.name == "text" }.filter {
            ["10", "100", "1000"].contains($0.text)
        }.map { number($0, "x") }
        try #require(places.count == 3)
        #expect(abs(places[2] - 2 * places[1] + places[0]) < 0.05)
    }

    @Test func theBestCellOfASearchIsFramed() throws {
        let plot = SearchHeatMap(
            title: "t", xName: "gamma", xValues: ["0.1", "1"], yName: "C", yValues: ["1", "10"],
            scores: [[0.5, 0.625], [.nan, 0.75]], scoreName: "UAR")
        let words = try texts(plot)
        #expect(words.contains("0.625") && words.contains("–"))
        #expect(words.contains("best UAR 0.750: gamma 1, C 10"))
        let found = try elements(plot)
        let best = try #require(found.first { $0.text == "gamma 1, C 10: 0.750" })
        let frame = try #require(found.first { $0.attributes["stroke"] == "#D55E00" }?.attributes["d"])
        let corner = frame.dropFirst().prefix { $0 != "L" }.split(separator: " ").compactMap { Double($0) }
        #expect(abs(corner[0] - number(best, "x")) < 0.06 && abs(corner[1] - number(best, "y")) < 0.06)
        var loss = plot
        loss.isLowerBetter = true
        #expect(
            loss.summary.hasPrefix(
                "Best UAR 0.500 at gamma 0.1, C 1; range 0.500 to 0.750; no score in 1 cell"))
    }

    @Test func importancesHaveIntervals() {
        let chart = BarChart.importances(["a", "b"], [1, 2], intervals: [0.5...1.1, nil])
        #expect(chart.bars.map(\.name) == ["b", "a"])
        #expect(chart.bars[0].interval == nil && chart.bars[1].interval == 0.5...1.1)
    }

    @Test func longNamesKeepTheirEnds() {
        let name = "F0semitoneFrom27.5Hz_sma3nz_stddevNorm"
        let cut = TextWidth.cutMiddle(name, to: 120, size: 12)
        #expect(cut.hasPrefix("F0sem") && cut.hasSuffix("devNorm") && cut.contains("…"))
        #expect(TextWidth.of(cut, size: 12) <= 121)
        #expect(TextWidth.cutMiddle("short", to: 100, size: 12) == "short")
    }
}
