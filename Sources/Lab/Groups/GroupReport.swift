import Autograd
import Configuration
import Foundation
import Metrics
import Reports
import SpeechEmotion

/// The report of a cross-validation or of an ablation as one HTML page: the results of all folds together, not one page for each run.
public struct GroupReport {
    private let title: String
    private let sets: [RunSet]
    private let groups: [RunGroup]
    private let metric: String

    /// A report of the members of an ablation, or of a single one.
    ///
    /// - Parameter metric: The metric of the interval plot and of the first table; the first one of the config unless given.
    public init(title: String, _ sets: [RunSet], metric: String? = nil) throws {
        require(!sets.isEmpty, "GroupReport: no runs")
        self.title = title
        self.sets = sets
        groups = try sets.map { set in
            var group = try set.group()
            if sets.count > 1, let at = set.name.firstIndex(of: RunSet.separator) {
                group.name = String(set.name[set.name.index(after: at)...])
            }
            return group
        }
        self.metric = metric ?? sets[0].experiment.evaluation.metrics.first?.rawValue ?? "accuracy"
    }

    private var options: EvaluationOptions { sets[0].experiment.evaluation }
    private var figures: [String] { options.metrics.map(\.rawValue) + ["loss"] }

    /// The page.
    public var html: String {
        let comparison = GroupTable(groups: groups, level: options.confidenceLevel, draws: options.resamples)
        let main = comparison.table(metric, title: LineChart.title(metric))
        let overviews = GroupOverviews(groups, figures: figures)
        let speakers = overviews.bySpeaker
        var warnings = main.warnings
        for set in sets where set.unfinished > 0 {
            warnings.append(
                "\(set.name): \(set.unfinished) of \(set.unfinished + set.records.count) runs have not ended and are left out"
            )
        }
        let sections = [
            HTML.section(
                "Results",
                HTML.paragraph(main.table.protocolText + ".", class: "lead")
                    + warnings.map { HTML.paragraph("Warning: \($0).", class: "callout bad") }.joined()
                    + main.table.html + HTML.figure(intervalPlot(main.table))),
            HTML.section(
                "All metrics",
                overviews.allFigures(level: options.confidenceLevel, draws: options.resamples).html),
            HTML.section("Folds", overviews.byFold.html + classCounts),
            HTML.section("Confusion matrices", confusions),
            HTML.section("Recall by class", ClassRecalls(groups).html),
            HTML.section(
                "Speakers",
                (speakerPlot.map { HTML.figure($0) } ?? "") + (speakers.rows.isEmpty ? "" : speakers.html)),
            HTML.section("Training", curves),
            HTML.section("Configuration", HTML.listing(sets[0].comparableExperiment.encode().pretty())),
        ]
        let lead = sets[0].experiment.about
        return HTML.page(
            title: title, (lead.isEmpty ? "" : HTML.paragraph(lead, class: "lead")) + sections.joined())
    }

    /// The members with their intervals; of a single one its folds, with the pooled result first.
    private func intervalPlot(_ table: ResultTable) -> BarChart {
        func bar(_ name: String, _ interval: ConfidenceInterval, _ note: String = "") -> BarChart.Bar {
            BarChart.Bar(name, interval.estimate, low: interval.low, high: interval.high, note: note)
        }
        let name = LineChart.title(metric)
        let bars =
            groups.count > 1
            ? table.rows.map { row in
                bar(
                    row.name, row.pooled.estimate.isFinite ? row.pooled : row.folds,
                    row.pValue.isFinite ? "p \(ResultTable.probability(row.pValue))" : "")
            }
            : [bar("pooled", table.rows[0].pooled), bar("mean of folds", table.rows[0].folds)]
                + groups[0].foldResults(metric).map { BarChart.Bar("fold \($0.fold)", $0.mean) }
        return BarChart(
            title: "\(name) with \(IntervalNote.percent(options.confidenceLevel)) confidence intervals",
            xName: metric,
            bars: bars, isShare: Figure.isShare(metric))
    }

    private var confusions: String {
        zip(groups, ClassRecalls(groups).rows).filter { $1.runs > 0 }.map { group, row in
            let what =
                "all \(NumberText.count(row.runs, "run"))\(groups.count > 1 ? " of \(group.name)" : "")"
            return HTML.figure(ConfusionPlot(title: "Test predictions of \(what)", row.confusion))
        }.joined()
    }

    private var speakerPlot: BarChart? {
        guard groups.count == 1 else { return nil }
        let rows = GroupOverviews(groups, figures: figures).bySpeaker.rows
        guard !rows.isEmpty else { return nil }
        return BarChart(
            title: "Accuracy by speaker, averaged over seeds", xName: "accuracy",
            bars: rows.compactMap { row in
                guard case .text(let name) = row[0], case .count(let clips) = row[1],
                    case .share(let accuracy) = row[2]
                else { return nil }
                return BarChart.Bar(name, accuracy, note: "n = \(NumberText.count(clips))")
            }, isShare: true)
    }

    private var curves: String {
        sets.enumerated().map { index, set in
            let charts = LineChart.curves(ofRuns: set.records.map(\.epochs))
            guard !charts.isEmpty else { return "" }
            let figures = charts.map { chart in
                var chart = chart
                chart.size = (456, 270)
                return HTML.figure(chart)
            }
            let words =
                "\(groups.count > 1 ? groups[index].name + ": the" : "The") mean over \(NumberText.count(set.records.count, "run")), with the range from the lowest to the highest run."
            return HTML.paragraph(words, class: "note")
                + HTML.element("div", [("class", "pair")], "\n" + figures.joined()) + "\n"
        }.joined()
    }

    /// How many clips of each class each subset of each fold has.
    private var classCounts: String {
        var rows: [[ValueTable.Cell]] = []
        var classes: [String] = []
        var seen: Set<Int> = []
        for record in sets[0].records where seen.insert(record.experiment.fold).inserted {
            for part in record.audit?["parts"]?.elements ?? [] {
                let counts = part["classes"]?.members ?? []
                for count in counts where !classes.contains(count.key) { classes.append(count.key) }
                rows.append(
                    [
                        .text("fold \(record.experiment.fold)"), .text(part["part"]?.text ?? ""),
                        .count(part["clips"]?.integer ?? 0),
                        .count(part["speakers"]?.elements?.count ?? 0),
                    ] + classes.map { .count(part["classes"]?[$0]?.integer ?? 0) })
            }
        }
        guard !rows.isEmpty else { return "" }
        rows = rows.map { $0 + Array(repeating: .count(0), count: 4 + classes.count - $0.count) }
        return ValueTable(
            title: "Clips by class", columns: ["fold", "subset", "clips", "speakers"] + classes, rows: rows
        ).html
    }

    /// Writes the page into the folder of the ablation and returns its path.
    public func write(to folder: String) throws -> String {
        let path = "\(folder)/\(RunFile.report)"
        try AtomicFile.write(Array(html.utf8), to: path)
        return path
    }
}
