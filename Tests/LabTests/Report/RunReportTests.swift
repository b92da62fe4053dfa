import TestSupport
import Reports
import Training
import Configuration
import Lab
import Metrics
import SpeechEmotion
import Testing

@Suite struct RunReportTests {
    private func full(_ name: String) throws -> RunReport {
        var report = RunReport(title: name)
        report.lead = name
        report.facts = [(name, name)]
        report.split = .init(
            rule: name, isSpeakerIndependent: true,
            subsets: [.init(name, examples: 3, speakers: 2), .init("b", examples: 1)])
        report.truncation = TruncationTable([
            (name, TruncationSummary([Truncation(cuts: [1], kept: 1)], options: [name]))
        ])
        report.audit = .init([(.problem, name), (.warning, name), (.fine, name)])
        let interval = ConfidenceInterval(estimate: 0.5, low: 0.25, high: 0.75, level: 0.95)
        report.metrics = [
            .init(name, interval),
            .init("loss", .init(estimate: 1, low: .nan, high: .nan, level: 0.9), isProportion: false),
        ]
        report.metricsNote = name
        report.epochs = (1...4).map {
            EpochMetrics(epoch: $0, values: [("train_loss", 1), (name + "x", .nan)])
        }
        report.bestEpoch = 2
        report.confusion = try ConfusionMatrix(classes: [name, "b"], truths: [0, 1], predictions: [0, 0])
        report.classes = [.init(name, examples: 2, share: 0.5, low: 0.1, high: 0.9)]
        report.speakers = [.init(name, examples: 2, share: 0.5)]
        report.calibration = Calibration(confidences: [0.5], right: [true])
        report.confidences = ([0.9, 0.8], [0.3])
        report.trainingClasses = TrainingClasses(
            classes: [name, "b"], clips: [1, 2], examples: [2, 2], weights: [1, 0.5])
        report.importances = FeatureImportances(
            title: name, measure: name, names: [name], values: [1], intervals: [0...2])
        let example = RunReport.Example(
            name, truth: name, predicted: "b", probability: 0.9, sound: Waveform([0, 1, 0], rate: 3),
            attention: .init([1, 2], seconds: 0.5))
        report.mistakes = [example, .init(name, truth: name, predicted: name, probability: .nan)]
        report.attention = [example]
        report.tables = [ResultTable(title: name, metric: name, rows: [.init(name)])]
        report.environment = [(name, name)]
        report.commands = [name, name]
        report.config = JSONValue(.object([JSONMember(name, JSONValue(.text(name)))]))
        return report
    }

    private static let headings = [
        "Results", "Setup", "Data split", "Truncation", "Leakage audit",
        "Training examples", "Training",
        "Confusion matrix", "Classes", "Speakers", "Calibration", "Feature importances",
        "Most confident misclassifications", "Attention", "Environment", "Reproduction",
        "Configuration",
    ]

    @Test func everyPartHasASection() throws {
        let elements = try MarkupReader.elements(full("name").html)
        #expect(elements.filter { $0.name == "h2" }.map(\.text) == Self.headings)
        #expect(elements.filter { $0.name == "h1" }.map(\.text) == ["name"])
        #expect(elements.filter { $0.name == "section" }.count == Self.headings.count)
        #expect(elements.first?.attributes["lang"] == "en")
    }

    @Test func whatIsMissingHasNoSection() throws {
        let elements = try MarkupReader.elements(RunReport(title: "empty").html)
        #expect(elements.filter { $0.path.contains("main") }.map(\.name) == ["h1"])
        var report = RunReport(title: "t")
        report.audit = .init([])
        report.epochs = [EpochMetrics(epoch: 1, values: [("train_loss", .nan)])]
        report.commands = ["run"]
        let sections = try MarkupReader.elements(report.html).filter { $0.name == "h2" }.map(\.text)
        #expect(sections == ["Reproduction"])
    }

    @Test(arguments: hostileNames) func namesAreTextOnly(name: String) throws {
        let elements = try MarkupReader.elements(full(name).html)
        let usual = try Set(MarkupReader.elements(full("name").html).map(\.name))
        #expect(
            Set(elements.map(\.name)).isSubset(of: usual), "\(Set(elements.map(\.name)).subtracting(usual))")
        #expect(elements.allSatisfy { element in element.attributes.keys.allSatisfy { !$0.hasPrefix("on") } })
    }

    @Test func thePageNeedsNothingElse() throws {
        let html = try full("name").html
        for element in try MarkupReader.elements(html) {
            #expect(
                !["script", "link", "img", "a", "iframe", "object", "image", "use"].contains(element.name))
            #expect(element.attributes.keys.allSatisfy { !["href", "src", "xlink:href"].contains($0) })
        }
        #expect(!html.contains("url(") && !html.contains("@import"))
        #expect(html.replacing("http://www.w3.org/2000/svg", with: "").contains("http") == true)
        #expect(
            html.replacing("http://www.w3.org/2000/svg", with: "").replacing("http-equiv", with: "").contains(
                "http") == false)
    }

    @Test func pagesCanBeReadWithoutSeeing() throws {
        let elements = try MarkupReader.elements(full("name").html)
        let pictures = elements.indices.filter { elements[$0].name == "svg" }
        #expect(pictures.count == 10)
        for index in pictures {
            #expect(elements[index].attributes["role"] == "img")
            #expect(elements[index + 1].name == "title" && !elements[index + 1].text.isEmpty)
            #expect(elements[index + 2].name == "desc" && !elements[index + 2].text.isEmpty)
        }
        let tables = elements.filter { $0.name == "table" }.count
        #expect(tables == 6 && elements.filter { $0.name == "caption" && !$0.text.isEmpty }.count == tables)
        #expect(
            elements.filter { $0.name == "th" }.allSatisfy {
                ["col", "row"].contains($0.attributes["scope"])
            })
    }

    @Test(
        arguments: [
            (true, "Speaker-independent evaluation."), (false, "Not speaker-independent."),
            (nil, "Speakers unknown."),
        ] as [(Bool?, String)])
    func theSplitIsStatedBeforeTheMetrics(apart: Bool?, words: String) throws {
        var report = try full("name")
        report.split?.isSpeakerIndependent = apart
        let elements = try MarkupReader.elements(report.html)
        let statement = elements.firstIndex { $0.name == "p" && $0.text.hasPrefix(words) }
        let table = elements.firstIndex { $0.name == "table" }
        #expect(try #require(statement) < #require(table))
        #expect(elements.contains { $0.name == "strong" && $0.text == words })
    }

    @Test func metricsHaveTheirIntervals() throws {
        let cells = try MarkupReader.elements(full("accuracy").html).filter { $0.name == "td" }.map(\.text)
        #expect(cells.prefix(4) == ["50.0%", "25.0% to 75.0% (95%)", "1.000", "–"])
    }

    @Test func equalRunsMakeEqualPages() throws {
        #expect(try full("name").html == full("name").html)
    }

    @Test func withoutAudioNothingIsTruncated() {
        #expect(TruncationSummary([], options: []).sentence == "no audio is read, so none is truncated")
        let whole = TruncationSummary([Truncation(cuts: [0], kept: 1)], options: ["a"])
        #expect(whole.sentence == "none of 1 clip is truncated")
    }
}
