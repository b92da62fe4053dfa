import Foundation
import Metrics
import Reports

/// What a report shows of calibrated decisions: the coverage of prediction sets, also by speaker, and the risk-coverage curve.
public struct DecisionReport: Sendable {
    private let name: String
    private let decision: RunDecisions.Target
    private let predictions: Predictions
    private let unit: ClusteredMetric.Unit
    private let level: Double

    /// The decisions of each target of predictions.
    static func all(
        _ decisions: RunDecisions, _ predictions: Predictions, unit: ClusteredMetric.Unit, level: Double
    ) -> [DecisionReport] {
        let parts = predictions.parts.isEmpty ? [PredictionPart("class", predictions)] : predictions.parts
        return parts.compactMap { part in
            guard let decision = decisions[part.name], !part.predictions.ids.isEmpty else { return nil }
            return DecisionReport(
                name: part.name, decision: decision, predictions: part.predictions, unit: unit, level: level)
        }
    }

    private var isClasses: Bool { predictions.task == .classification }

    /// The coverage and the size of prediction sets or intervals, in total and by speaker; nil without a coverage.
    var coverageTable: ValueTable? {
        guard let conformal = decision.conformal else { return nil }
        func row(_ name: String, _ own: Predictions, _ unit: ClusteredMetric.Unit) -> [ValueTable.Cell] {
            let outcomes = conformal.outcomes(own)
            let size = outcomes.reduce(0) { $0 + $1.size } / Double(max(outcomes.count, 1))
            let covered = conformal.coverage(of: own)
            let interval =
                (try? ClusteredMetric(.accuracy, [covered], by: unit)).map {
                    ClusterResampling.interval($0, level: level)
                } ?? .unknown
            return [
                .text(name), .count(outcomes.count), .share(interval.estimate), .share(interval.low),
                .share(interval.high), .number(size),
                .share(Double(outcomes.count { $0.size == 0 }) / Double(max(outcomes.count, 1))),
            ]
        }
        let speakers = (predictions.knownSpeakers ?? []).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return ValueTable(
            title:
                "\(name): conformal prediction with a coverage of \(NumberText.percent(conformal.coverage))",
            columns: [
                "clips of", "clips", "coverage", "low", "high",
                isClasses ? "mean set size" : "interval width",
                "empty sets",
            ],
            rows: [row("all", predictions, unit)]
                + speakers.map { speaker in
                    row(
                        speaker,
                        predictions.selecting(
                            predictions.ids.indices.filter { predictions.speakers[$0] == speaker }), .clips)
                },
            note:
                "Calibrated on \(NumberText.count(decision.clips, "clip")) of the validation set. The coverage holds on average over clips that are exchangeable with these. Clips of new speakers are not: their coverage can be lower."
        )
    }

    /// The weights of classes, the costs of decisions, or the thresholds of labels; nil for the usual decision.
    var ruleTable: ValueTable? {
        guard let rule = predictions.rule else { return nil }
        let names = predictions.classes
        let columns: [String]
        let rows: [[ValueTable.Cell]]
        switch rule {
        case .weights(let weights):
            columns = ["class", "weight"]
            rows = zip(names, weights).map { [.text($0), .number($1)] }
        case .thresholds(let thresholds):
            columns = ["label", "threshold"]
            rows = zip(names, thresholds).map { [.text($0), .number($1)] }
        case .costs(let costs):
            columns = ["true class"] + names.map { "cost of \($0)" }
            rows = zip(names, costs).map { [.text($0)] + $1.map { .number($0) } }
        }
        let isFitted = if case .costs = rule { false } else { true }
        let meaning =
            isClasses
            ? "The predicted class has the largest product of probability and weight."
            : "A label is predicted if its probability is at least the threshold."
        return ValueTable(
            title: "\(name): decision rule", columns: columns,
            rows: rows,
            note: isFitted
                ? "\(meaning) Fitted on \(NumberText.count(decision.clips, "clip")) of the validation set; the probabilities are unchanged."
                : "The predicted class has the lowest expected cost; the probabilities are unchanged.")
    }

    /// The metrics with the usual decisions and with those of the rule; nil for the usual decision.
    var ruleMetrics: ValueTable? {
        guard let rule = predictions.rule else { return nil }
        let metrics: [Metric] =
            isClasses ? [.accuracy, .uar, .macroF1] : [.labelMacroF1, .labelMicroF1, .hammingLoss]
        var costs: [[Double]]?
        if case .costs(let found) = rule { costs = found }
        func row(_ name: String, _ own: Predictions) -> [ValueTable.Cell] {
            var cells = metrics.map { ValueTable.Cell.number((try? $0.value(of: own)) ?? .nan) }
            if let costs {
                let sum = zip(own.truths, own.decisions).reduce(0) { $0 + costs[$1.0][$1.1] }
                cells.append(.number(sum / Double(max(own.truths.count, 1))))
            }
            return [.text(name)] + cells
        }
        var usual = predictions
        usual.rules = []
        return ValueTable(
            title: "\(name): metrics with and without the decision rule",
            columns: ["decision"] + metrics.map(\.name) + (costs == nil ? [] : ["mean cost"]),
            rows: [
                row(isClasses ? "most probable class" : "probability of at least 0.5", usual),
                row("decision rule", predictions),
            ])
    }

    /// The error rate of the most confident clips; nil without classes.
    var riskTable: ValueTable? {
        guard isClasses else { return nil }
        let curve = RiskCoverage(predictions)
        return ValueTable(
            title: "\(name): error rate with a reject option",
            columns: ["accepted"] + [1, 0.9, 0.8, 0.7, 0.6, 0.5].map { NumberText.percent($0, 0) } + ["AURC"],
            rows: [
                [.text("error rate")]
                    + [1, 0.9, 0.8, 0.7, 0.6, 0.5].map { .share(curve.risk(at: $0)) } + [.number(curve.area)]
            ],
            note: "The clips whose predicted class has the highest probability are accepted."
                + (decision.temperature.map {
                    " The logits are divided by a temperature of \(NumberText.fixed($0)), fitted on the validation set."
                } ?? ""))
    }

    /// The risk-coverage curve; nil without classes.
    var plot: LineChart? {
        guard isClasses else { return nil }
        let points = RiskCoverage(predictions).points
        return LineChart(
            title: "\(name): risk-coverage curve", xName: "coverage (accepted clips in %)",
            yName: "error rate",
            series: [.init(name, points: points.map { (x: $0.coverage * 100, y: $0.risk) })],
            isProportion: true)
    }

    /// The tables and the curve as HTML.
    var html: String {
        [ruleTable, ruleMetrics, coverageTable, riskTable].compactMap { $0?.html }.joined()
            + (plot.map { HTML.figure($0) } ?? "")
    }

    /// The plots with their file names.
    var plots: [(name: String, plot: any Plot)] {
        plot.map { [("risk-coverage-" + TargetSection.fileName(name), $0)] } ?? []
    }
}

extension RunRecord {
    /// The calibrated decisions; nil for a run without them.
    var decisions: RunDecisions? {
        get throws {
            try RunDecisions.read(path)
        }
    }
}
