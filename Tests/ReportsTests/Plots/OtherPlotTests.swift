import TestSupport
import Reports
import Autograd
import Metrics
import Testing

@Suite struct OtherPlotTests {
    private func elements(_ plot: any Plot) throws -> [MarkupReader.Element] {
        try MarkupReader.elements(plot.svg)
    }

    private func number(_ element: MarkupReader.Element?, _ key: String) -> Double {
        (element?.attributes[key]).flatMap { Double($0) } ?? .nan
    }

    private func texts(_ plot: any Plot) throws -> [String] {
        try elements(plot).filter { $0.name == "text" }.map(\.text)
    }

    @Test func barsAreAsLongAsTheirNumbers() throws {
        let chart = BarChart(
            title: "t", bars: [.init("a", 0.4), .init("b", 0.8, low: 0.6, high: 1), .init("c", .nan)],
            isProportion: true)
        let found = try elements(chart)
        let bars = found.filter { $0.attributes["class"] == "a0" }
        try #require(bars.count == 2)
        #expect(abs(number(bars[0], "width") * 2 - number(bars[1], "width")) < 0.05)
        #expect(number(bars[0], "x") == number(bars[1], "x"))
        // An interval is a line and its two ends.
        #expect(found.filter { $0.attributes["class"] == "ink-line" }.count == 3)
        let words = try texts(chart)
        #expect(words.contains("40.0%") && words.contains("80.0%") && words.contains("–"))
    }

    @Test func theMostImportantFeatureComesFirst() {
        let chart = BarChart.importances(["a", "b", "c", "d"], [1, .nan, 3, 1], deviations: [0.5, 1, 1])
        #expect(chart.bars.map(\.name) == ["c", "a", "d", "b"])
        #expect(chart.bars[0].interval == 2...4 && chart.bars[2].interval == nil)
        let random = RandomGenerator(seed: 1)
        let values = (0..<500).map { _ in random.next() % 3 == 0 ? .nan : Double(random.next() % 50) }
        let sorted = BarChart.importances(values.map { "\($0)" }, values).bars.map(\.value)
        let numbers = values.filter { !$0.isNaN }.sorted(by: >)
        #expect(Array(sorted.prefix(numbers.count)) == numbers)
        #expect(sorted.dropFirst(numbers.count).allSatisfy { $0.isNaN })
    }

    @Test func confusionCellsHaveCountAndShare() throws {
        let matrix = try ConfusionMatrix(
            classes: ["calm", "sad"], truths: [0, 0, 0, 0, 1, 1], predictions: [0, 0, 0, 1, 1, 1])
        let plot = ConfusionPlot(matrix)
        let words = try texts(plot)
        for word in ["3", "75%", "1", "25%", "0", "2", "100%", "4", "calm", "sad"] {
            #expect(words.contains(word), "\(word)")
        }
        let tips = try elements(plot).filter { $0.name == "title" }.map(\.text)
        #expect(tips.contains("true calm, predicted sad: 1, 25.0%"))
        #expect(
            plot.summary.contains(
                "83.3% of 6 examples are correct; most frequent confusions: calm as sad (1)"))
    }

    @Test func calibrationIsThatOfTheMetrics() throws {
        let random = RandomGenerator(seed: 11)
        func share() -> Double { Double(random.next() % 1_000_001) / 1_000_000 }
        let probabilities = (0..<400).map { _ in
            let part = share()
            return [part, 1 - part]
        }
        let truths = probabilities.map { share() < $0[0] ? 0 : 1 }
        let metrics = try ProbabilityMetrics(probabilities: probabilities, truths: truths, classes: 2)
        let calibration = Calibration(
            confidences: probabilities.map { $0.max() ?? 0 },
            right: zip(metrics.predictions, truths).map { $0 == $1 }, bins: 15)
        #expect(abs(calibration.error - metrics.calibrationError(bins: 15)) < 1e-12)
        #expect(calibration.count == 400 && calibration.bins.count == 15)
    }

    @Test func binsHoldTheirUpperEdge() {
        let calibration = Calibration(
            confidences: [0, 0.25, 0.2500001, 0.5, 1, .nan], right: Array(repeating: true, count: 6), bins: 4)
        #expect(calibration.bins.map(\.count) == [2, 2, 0, 1])
        #expect(calibration.bins[0].accuracy == 1 && calibration.bins[2].accuracy.isNaN)
        #expect(Calibration(confidences: [], right: []).error.isNaN)
    }

    @Test func histogramsCountEveryNumber() throws {
        let values = [0, 1, 1, 2, 2, 2, 4, .nan, .infinity]
        let plot = Histogram(title: "t", xName: "x", groups: [("a", values)], bins: 4)
        let bars = try elements(plot).filter { $0.name == "title" && $0.path.last == "rect" }.map(\.text)
        #expect(bars == ["0 to 1: 1", "1 to 2: 2", "2 to 3: 3", "3 to 4: 1"])
        #expect(plot.summary == "a: 7 values from 0 to 4, median 2")
    }

    @Test func envelopesHoldEverySample() {
        let samples: [Float] = [0.1, -0.5, 0.9, .nan, -0.2, -0.3, 0.4]
        let (lows, highs) = WaveformPlot.envelope(samples, 3)
        // Parts of 2, 2 and 3 samples.
        #expect(lows == [-0.5, 0, -0.3] && highs == [0.1, 0.9, 0.4])
    }

    @Test func attentionStandsWhereItIs() throws {
        let sound = WaveformPlot.Recording([Float](repeating: 0.5, count: 4000), rate: 1000)
        let plot = WaveformPlot(title: "t", sound: sound, attention: .init([0, 0, 1, 0], seconds: 1))
        #expect(plot.summary.contains("strongest at 2.50 seconds"))
        let found = try elements(plot)
        let shades = found.filter { $0.name == "rect" && $0.attributes["class"] == "s4" }
        try #require(shades.count == 1)
        let axis = try #require(found.last { $0.attributes["class"] == "axis-line" }?.attributes["d"])
        let ends = axis.dropFirst().split(separator: "L").compactMap { Double($0.split(separator: " ")[0]) }
        let width = ends[1] - ends[0]
        #expect(abs(number(shades[0], "x") - (ends[0] + width / 2)) < 0.1)
        #expect(abs(number(shades[0], "width") - width / 4) < 0.1)
        #expect(!plot.svg.contains("padding"))
        let longer = WaveformPlot(title: "t", sound: sound, attention: .init([0, 0, 1, 0], seconds: 2))
        #expect(longer.svg.contains(">padding<"))
    }

    @Test func namesAreCutToTheirWidth() {
        #expect(TextWidth.cut("short", to: 100, size: 12) == "short")
        let cut = TextWidth.cut(String(repeating: "wide ", count: 20), to: 100, size: 12)
        #expect(cut.hasSuffix("…") && cut.count > 5 && TextWidth.of(cut, size: 12) <= 101)
        #expect(TextWidth.cut("感情の名前", to: 20, size: 12).count < 5)
    }

    @Test func numbersAreWrittenForPeople() {
        #expect(
            [0.0012346, 1234.6, 12345, 1.23456e9, 0, -2, 1.5e-7, .nan].map { NumberText.short($0) } == [
                "0.001235", "1235", "12345", "1.235e9", "0", "−2", "1.5e−7", "–",
            ])
        #expect(NumberText.fixed(-0.0004, 3) == "0.000" && NumberText.fixed(-1.25, 1) == "−1.2")
        #expect(NumberText.percent(0.7268) == "72.7%" && NumberText.percent(.infinity) == "–")
        #expect(NumberText.count(1_234_567) == "1,234,567" && NumberText.count(-999) == "−999")
        #expect(NumberText.count(1, "file") == "1 file" && NumberText.count(0, "file") == "0 files")
        #expect(
            [0, 59.4, 59.6, 75, 3_599, 7_520].map { NumberText.duration($0) }
                == ["0 s", "59 s", "1 min 0 s", "1 min 15 s", "59 min 59 s", "2 h 5 min"])
    }
}
