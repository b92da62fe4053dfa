import Metrics
import Reports
import SpeechEmotion

/// The plots of a report.
extension RunReport {
    /// A model that was fitted as a whole has the metrics of a single epoch, which make no curve.
    var curves: [LineChart] { epochs.count > 1 ? LineChart.curves(of: epochs, best: bestEpoch) : [] }

    var trainingClassesPlot: GroupedBarChart? { trainingClasses?.chart() }

    var confusionPlot: ConfusionPlot? { confusion.map { ConfusionPlot($0) } }

    var classChart: BarChart? {
        let groups =
            classes.isEmpty
            ? confusion.map { matrix in
                matrix.classes.indices.map {
                    Group(matrix.classes[$0], examples: matrix.supports[$0], share: matrix.recalls[$0])
                }
            } ?? [] : classes
        guard !groups.isEmpty else { return nil }
        var chart = BarChart(
            title: "Recall by class", xName: "recall", bars: groups.map(\.bar), isProportion: true,
            reference: confusion.map { ($0.balancedAccuracy, "mean") })
        chart.note = recallNote
        return chart
    }

    var speakerTitle: String { speakerTarget.map { "\($0): accuracy by speaker" } ?? "Accuracy by speaker" }

    var speakerChart: BarChart? {
        guard !speakers.isEmpty else { return nil }
        return BarChart(
            title: speakerTitle, xName: "accuracy", bars: speakers.map(\.bar), isProportion: true,
            reference: confusion.map { ($0.accuracy, "all") })
    }

    var reliabilityPlot: ReliabilityPlot? { calibration.map { ReliabilityPlot($0) } }

    var confidencePlot: Histogram? {
        confidences.map { confidences in
            Histogram(
                title: "Confidence of correct and incorrect predictions", xName: "confidence",
                groups: [("correct", confidences.right), ("incorrect", confidences.wrong)])
        }
    }

    var importancePlot: BarChart? { importances?.chart() }

    /// All plots with their file names.
    public var plots: [(name: String, plot: any Plot)] {
        var plots: [(name: String, plot: any Plot)] = curves.map { chart in
            ("curve-" + chart.title.lowercased().replacing(" ", with: "-"), chart)
        }
        func add(_ name: String, _ plot: (any Plot)?) {
            if let plot { plots.append((name, plot)) }
        }
        plots += targets.flatMap(\.plots)
        add("confusion", confusionPlot)
        add("recall", classChart)
        add("speakers", speakerChart)
        add("calibration", reliabilityPlot)
        add("confidence", confidencePlot)
        plots += decisions.flatMap(\.plots)
        add("importance", importancePlot)
        for (name, plot) in search?.plots ?? [] { add(name, plot) }
        add("classes", trainingClassesPlot)
        for (index, example) in mistakes.enumerated() { add("mistake-\(index + 1)", example.plot) }
        for (index, example) in attention.enumerated() { add("attention-\(index + 1)", example.plot) }
        for (index, plot) in saliency.enumerated() { add("saliency-\(index + 1)", plot) }
        return plots
    }
}

extension RunReport.Group {
    fileprivate var bar: BarChart.Bar {
        BarChart.Bar(name, share, low: low, high: high, note: "n = \(NumberText.count(examples))")
    }
}

extension RunReport.Example {
    /// The true class, the predicted class and its probability.
    var note: String {
        let confidence = NumberText.percent(probability, 0)
        return truth == predicted
            ? "\(truth), predicted with \(confidence)"
            : "true: \(truth), predicted: \(predicted) (\(confidence))"
    }

    /// The waveform and the attention; nil if both are missing.
    var plot: WaveformPlot? {
        guard sound != nil || attention != nil else { return nil }
        return WaveformPlot(
            title: name, note: note, sound: sound.map { .init($0.samples, rate: $0.rate) },
            attention: attention)
    }
}
