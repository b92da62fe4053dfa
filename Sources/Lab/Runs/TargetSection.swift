import Configuration
import Metrics
import Reports
import SpeechEmotion

extension Experiment {
    /// The file with the metrics as text: by class, or by target.
    public var reportFile: String {
        targets.isEmpty ? task == .sequences ? RunFile.sequences : RunFile.classification : RunFile.targets
    }

    /// The files that are bit-identical in every run of the experiment on one type of machine.
    public var repeatableFiles: [String] {
        RunFile.repeatable.map { $0 == RunFile.classification ? reportFile : $0 }
    }
}

extension Predictions {
    /// The metrics by class as text, or, of several targets, those of each.
    public func report(digits: Int = 4) throws -> String {
        guard !parts.isEmpty else { return try singleReport(digits) }
        return try parts.map { part in
            "\(part.name): \(NumberText.count(part.predictions.ids.count, "example"))\n"
                + (part.predictions.ids.isEmpty ? "" : "\n" + (try part.predictions.singleReport(digits)))
        }.joined(separator: "\n")
    }

    private func singleReport(_ digits: Int) throws -> String {
        if task == .classification || task == .frames { return try confusion().report(digits: digits) }
        return TextTable(try valueRows(digits)).lines.map { $0 + "\n" }.joined()
    }

    /// Whether each label applies to each clip.
    private var knownLabels: [[Bool]] { references.map { $0.map { $0 >= 0.5 } } }

    /// The metrics of the labels of a multi-label target.
    fileprivate func labelMetrics() throws -> LabelMetrics {
        try LabelMetrics(truths: knownLabels, probabilities: probabilities, decisions: decidedLabels)
    }

    /// The metrics of a regression, or those of each label, with a header.
    func valueRows(_ digits: Int) throws -> [[String]] {
        if task == .sequences { return errorRows(digits) }
        if task == .regression {
            let numbers = try RegressionMetrics(truths: trueValues, predictions: values)
            func summary(_ values: [Double]) -> String {
                let count = Double(values.count)
                let mean = values.reduce(0, +) / count
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
                return
                    "\(NumberText.fixed(mean, digits)) ± \(NumberText.fixed(variance.squareRoot(), digits))"
            }
            return [
                ["metric", "value"], ["ccc", NumberText.fixed(numbers.concordance, digits)],
                ["pearson", NumberText.fixed(numbers.pearson, digits)],
                ["spearman", NumberText.fixed(numbers.spearman, digits)],
                ["mae", NumberText.fixed(numbers.meanAbsoluteError, digits)],
                ["rmse", NumberText.fixed(numbers.rootMeanSquaredError, digits)],
                ["r2", NumberText.fixed(numbers.determination, digits)],
                ["true mean ± SD", summary(trueValues)], ["predicted mean ± SD", summary(values)],
            ]
        }
        let truths = knownLabels
        let labels = try labelMetrics()
        return [["label", "F1", "average precision", "AUC", "examples"]]
            + classes.indices.map { label in
                [classes[label]]
                    + [labels.f1(label), labels.averagePrecision(label), labels.areaUnderROC(label)].map {
                        NumberText.fixed($0, digits)
                    } + [NumberText.count(truths.count { $0[label] })]
            }
    }
}

extension Predictions {
    /// The errors of label sequences in all examples and, if speakers are known, in those of each speaker, with a header.
    fileprivate func errorRows(_ digits: Int) -> [[String]] {
        func row(_ name: String, _ own: Predictions) -> [String] {
            let errors = own.labelErrors
            let exact = own.sequences.count { $0.truth == $0.prediction }
            return [name, NumberText.fixed(errors.rate, digits)]
                + [
                    errors.substitutions, errors.insertions, errors.deletions, errors.labels, exact,
                    own.ids.count,
                ].map { NumberText.count($0) }
        }
        let bySpeaker = (knownSpeakers ?? []).sortedByBytes().map { speaker in
            row(speaker, selecting(ids.indices.filter { speakers[$0] == speaker }))
        }
        return [
            [
                "clips of", "label error rate", "substitutions", "insertions", "deletions", "true labels",
                "exact matches", "clips",
            ], row("all", self),
        ] + bySpeaker
    }

    /// The clips with the most errors, with both sequences and a header; nil without errors.
    fileprivate func worstRows(_ count: Int) -> [[String]]? {
        let errors = sequences.map(\.errors.count)
        let worst = errors.indices.filter { errors[$0] > 0 }.sorted { (-errors[$0], $0) < (-errors[$1], $1) }
        guard !worst.isEmpty else { return nil }
        return [["clip", "true labels", "predicted labels", "errors"]]
            + worst.prefix(count).map { row in
                [
                    ids[row], sequences[row].truth.joined(separator: " "),
                    sequences[row].prediction.joined(separator: " "), NumberText.count(errors[row]),
                ]
            }
    }
}

/// What a report shows of one of several targets.
public struct TargetSection: Sendable {
    /// The name of the target.
    public let name: String
    private let predictions: Predictions

    /// Shows the predictions of a target.
    public init(_ part: PredictionPart) { (name, predictions) = (part.name, part.predictions) }

    /// The number of clips with errors that are listed.
    private static let shownClips = 12

    /// A name in the names of files.
    static func fileName(_ name: String) -> String {
        name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "-" }.joined()
    }

    /// The heading of the section.
    var title: String { predictions.task == .sequences ? "Label sequences" : "Targets" }

    /// The plots with their file names.
    var plots: [(name: String, plot: any Plot)] {
        guard !predictions.ids.isEmpty else { return [] }
        let file = "target-" + Self.fileName(name)
        switch predictions.task {
        case .regression:
            var scatter = ScatterPlot(
                title: "\(name): predictions and true values",
                points: Array(zip(predictions.trueValues, predictions.values).map { (x: $0, y: $1) }),
                axes: ("true \(name)", "predicted \(name)"))
            scatter.side = 380
            scatter.hasIdentityLine = true
            return [
                (file, scatter),
                (
                    file + "-residuals",
                    Histogram(
                        title: "\(name): residuals", xName: "predicted minus true \(name)",
                        groups: [
                            ("residuals", zip(predictions.trueValues, predictions.values).map { $1 - $0 })
                        ])
                ),
            ]
        case .classification:
            return (try? predictions.confusion()).map {
                [(file, ConfusionPlot(title: "\(name): predictions and true classes", $0))]
            } ?? []
        case .multiLabel:
            guard let labels = try? predictions.labelMetrics() else { return [] }
            return [
                (
                    file + "-roc",
                    LineChart(
                        title: "\(name): ROC curves", xName: "false positive rate",
                        yName: "true positive rate",
                        series: predictions.classes.indices.map {
                            .init(predictions.classes[$0], points: labels.curveROC($0))
                        })
                )
            ]
        case .sequences, .frames: return []
        }
    }

    /// The figures and tables as HTML.
    var html: String {
        let figures = plots.map { HTML.figure($0.plot) }.joined()
        guard predictions.task != .classification, let rows = try? predictions.valueRows(3) else {
            return figures
        }
        let worst = predictions.worstRows(Self.shownClips) ?? []
        return HTML.table(caption: name, columns: rows[0], rows: Array(rows.dropFirst()))
            + (worst.isEmpty
                ? ""
                : HTML.table(
                    caption: "Clips with the most errors", columns: worst[0], rows: Array(worst.dropFirst())))
            + figures
    }
}

extension HTML {
    /// A figure of any plot.
    fileprivate static func figure(_ plot: any Plot) -> String { element("figure", [], plot.svg) + "\n" }
}
