import TestSupport
import Reports
import Autograd
import Metrics
import Testing

/// What all plots have to keep, whatever they are given.
@Suite struct PlotTests {
    private static let oddNumbers: [Double] = [
        .nan, .infinity, -.infinity, 0, -0.0, 1, -1, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        .leastNonzeroMagnitude, 1e300, -1e300, 1e-300, 0.1, 1e15, 1e15 + 1,
    ]
    private static let numberLists: [[Double]] =
        [
            [], [0], [.nan], [5, 5, 5], [1e15, 1e15 + 1],
            [.leastNonzeroMagnitude, 2 * .leastNonzeroMagnitude],
        ]
        + oddNumbers.map { [$0] } + [oddNumbers, oddNumbers.reversed()]

    private static func plots(_ name: String, _ numbers: [Double]) -> [any Plot] {
        let points = numbers.map { (x: $0, y: $0) }
        let line = LineChart.Series(name, numbers)
        let floats = numbers.map { Float($0) }
        var histogram = Histogram(title: name, xName: name, groups: [(name, numbers), (name, [1, 2])])
        histogram.bins = numbers.count
        return [
            LineChart(title: name, xName: name, yName: name, series: [line, .init(name, points: points)]),
            LineChart(title: name, series: [line], axis: .logarithmic, mark: (numbers.first ?? 0, name)),
            LineChart(title: name, series: [line], axis: .automatic, isProportion: true, mark: (.nan, name)),
            BarChart(
                title: name, xName: name,
                bars: numbers.map { .init(name, $0, low: $0 - 1, high: $0 + 1, note: name) },
                reference: (numbers.last ?? 0, name)),
            BarChart(title: name, bars: numbers.map { .init(name, $0) }, isProportion: true),
            BarChart.importances(
                numbers.map { _ in name }, numbers, deviations: numbers.reversed(), limit: 3),
            ReliabilityPlot(title: name, Calibration(confidences: numbers, right: numbers.map { $0 > 0 })),
            Histogram(title: name, xName: name, groups: [(name, numbers)]), histogram,
            WaveformPlot(
                title: name, note: name, sound: .init(floats, rate: 8000),
                attention: .init(numbers, seconds: 0.001)),
            WaveformPlot(title: name, sound: nil, attention: .init(numbers, seconds: numbers.first ?? 1)),
            WaveformPlot(title: name, sound: .init(floats, rate: 1), attention: .init([], seconds: .nan)),
            WaveformPlot(
                title: name, sound: nil,
                attention: .init([1, 2], seconds: 1, start: numbers.first ?? 0)),
            ConfusionPlot(title: name, ConfusionMatrix(classes: numbers.map { _ in name })),
        ] + featurePlots(name, numbers)
    }

    private static func featurePlots(_ name: String, _ numbers: [Double]) -> [any Plot] {
        let names = numbers.map { _ in name }
        let columns = numbers.map { number in numbers.map { $0 + number } }
        let table = FeatureTable(
            names: names + [name], values: [numbers, numbers.reversed()], classes: [name, name],
            labels: numbers.indices.map { $0 % 3 })
        let points = numbers.map { (x: $0, y: -$0) }
        let curve = ScoreCurve(x: numbers, training: columns, validation: columns.map { $0.reversed() })
        return [
            GroupedBarChart(
                title: name, xName: name, categories: names + [name],
                groups: [.init(name, numbers), .init(name, [1]), .init(name, [])]),
            GroupedBarChart.classCounts(classes: names, clips: [1], examples: [.max]),
            FeatureHistograms(title: name, table), FeatureViolins(title: name, table),
            FeatureViolins(FeatureTable(names: names, values: columns)),
            CorrelationPlot(title: name, names: names, features: columns, isClustered: true),
            CorrelationPlot(title: name, names: names + [name], coefficients: columns),
            BeeswarmPlot(
                title: name, xName: name,
                features: columns.map { .init(name, attributions: $0, values: numbers) }),
            ScatterPlot(
                title: name, note: name, points: points, labels: numbers.indices.map { $0 % 3 },
                groups: [name, name], axes: (name, name)),
            ScatterPlot(title: name, points: points),
            LineChart.learningCurve(title: name, yName: name, curve),
            LineChart.validationCurve(parameter: name, curve, isProportion: true, xAxis: .logarithmic),
            SearchHeatMap(
                title: name, xName: name, xValues: names, yName: name, yValues: names, scores: columns,
                scoreName: name, isProportion: true),
            SearchHeatMap(
                title: name, xName: name, xValues: [name], yName: name, yValues: [name, name],
                scores: [numbers], isLowerBetter: true),
        ]
    }

    /// Fails where a document is not well formed, has other elements than pictures need, or numbers that cannot be drawn.
    private func check(_ plot: any Plot, _ comment: String) throws {
        let svg = plot.svg
        let elements = try MarkupReader.elements(svg)
        let allowed: Set = ["svg", "title", "desc", "rect", "path", "circle", "text"]
        #expect(Set(elements.map(\.name)).isSubset(of: allowed), "\(comment)")
        #expect(elements.first?.attributes["role"] == "img" && elements[1].name == "title")
        let geometry: Set = [
            "x", "y", "width", "height", "d", "cx", "cy", "r", "viewBox", "transform", "font-size",
            "fill-opacity", "stroke-width",
        ]
        for element in elements {
            for (key, value) in element.attributes {
                if geometry.contains(key) {
                    let words = value.split { !"0123456789.-".contains($0) }
                    #expect(
                        !words.isEmpty && words.allSatisfy { abs(Double($0) ?? .nan) <= 1e6 },
                        "\(comment): \(value)")
                    #expect(!value.contains("nan") && !value.contains("inf"))
                } else {
                    let known = ["class", "fill", "stroke", "xmlns", "role", "text-anchor", "font-weight"]
                    #expect(
                        known.contains(key) || key.hasPrefix("stroke-") || key == "font-family", "\(key)")
                }
            }
        }
    }

    @Test(arguments: numberLists) func oddNumbersAreLeftOut(numbers: [Double]) throws {
        for plot in Self.plots("plot", numbers) { try check(plot, "\(type(of: plot)) of \(numbers)") }
    }

    @Test(arguments: hostileNames) func namesAreTextOnly(name: String) throws {
        for plot in Self.plots(name, [1, 2, 3]) { try check(plot, "\(type(of: plot))") }
    }

    @Test func equalPlotsAreEqualText() {
        func texts() -> [String] { Self.plots("a", [1, 3, .nan, 2]).map(\.svg) }
        #expect(texts() == texts())
    }

    @Test func hugePlotsStaySmall() throws {
        let many = (0..<300_000).map { Double(($0 * 7919) % 1000) }
        let curve = LineChart(title: "many", series: [.init("a", many)])
        #expect(curve.svg.utf8.count < 60_000)
        try check(curve, "many points")
        let bars = BarChart(title: "many", bars: many.map { .init("a", $0) })
        #expect(bars.svg.utf8.count < 60_000 && bars.svg.contains("and 299,940 more"))
        let sound = WaveformPlot(
            title: "many", sound: .init(many.map { Float($0) }, rate: 10),
            attention: .init(many, seconds: 0.1))
        #expect(sound.svg.utf8.count < 120_000)
        let histogram = Histogram(title: "many", xName: "x", groups: [("a", many)])
        #expect(histogram.svg.utf8.count < 30_000)
    }
}
