import Autograd
import Configuration
import Foundation
import Metrics
import Reports
import SpeechEmotion

/// The report of a cross-validation, of an ablation, or of an evaluation of the models of a cross-validation, as one HTML page.
public struct GroupReport {
    private let title: String
    private let sets: [RunSet]
    private let groups: [RunGroup]
    private let metric: String
    private let unit: IndependentUnit?
    private let level: Double
    private let draws: Int
    private let missing: String?
    /// The file that `write` makes.
    private let file: String
    /// What was evaluated after training; nil for the results of the runs themselves.
    private let evaluation: GroupEvaluation?

    /// Reads the runs of an ablation, or of the member that the path names; nil if none of its runs has ended.
    public static func ofAblation(_ path: String) throws -> GroupReport? {
        guard let folder = RunSet.ablationFolder(path), let manifest = try AblationManifest.read(folder)
        else { return nil }
        let sets = try RunSet.all(path, skipsUnfinished: true)
        return sets.isEmpty ? nil : try GroupReport(sets, manifest, path: path, folder: folder)
    }

    /// A report of the members of an ablation, or of a single one.
    private init(_ sets: [RunSet], _ manifest: AblationManifest, path: String, folder: String) throws {
        let options = sets[0].experiment.evaluation
        let member = sets.count == 1 ? sets[0].fileName : nil
        let isMember = path != folder && !FileManager.default.fileExists(atPath: path)
        title = isMember && member != nil ? sets[0].name : manifest.name
        file =
            folder + "/" + (isMember ? member.map { "report-\($0).html" } ?? RunFile.report : RunFile.report)
        self.sets = sets
        (metric, unit) = (manifest.metric, manifest.test.unit)
        (level, draws) = (manifest.level ?? options.confidenceLevel, manifest.draws ?? options.resamples)
        missing = try RunSet.missingMembers(path)
        evaluation = nil
        groups = try sets.map { set in
            var group = try set.group()
            if sets.count > 1, let at = set.name.firstIndex(of: RunSet.separator) {
                group.name = String(set.name[set.name.index(after: at)...])
            }
            return group
        }
    }

    /// A report of an evaluation.
    init(_ evaluation: GroupEvaluation, folder: String) {
        let options = evaluation.sets[0].experiment.measured
        title = "\(evaluation.title) on \(evaluation.name)"
        (sets, groups, self.evaluation) = (evaluation.sets, evaluation.groups, evaluation)
        metric = options.metrics.first?.name ?? "accuracy"
        (unit, level, draws, missing) = (nil, options.confidenceLevel, options.resamples, nil)
        file = folder + "/" + RunFile.report
    }

    private var options: EvaluationOptions { sets[0].experiment.measured }
    /// The configs of the models that vote; else that of the first member.
    private var configs: [Experiment] {
        (evaluation == nil ? Array(sets.prefix(1)) : sets).map(\.comparableExperiment)
    }
    private var metrics: [String] { options.metrics.map(\.name) + ["loss"] }

    /// The members, or the single one, in the main metric, with confidence intervals and tests against the first.
    public var table: ResultTable {
        GroupTable(groups: groups, level: level, draws: draws, unit: unit)
            .table(metric, title: LineChart.title(metric))
    }

    /// The page.
    public var html: String {
        let main = table
        let overviews = GroupOverviews(groups, metrics: metrics)
        let speakers = overviews.bySpeaker
        let overlap = evaluation?.evaluations.first?.overlap
        let clips = evaluation?.evaluations.first?.clipWarnings?.sentence
        let warnings =
            main.warnings + sets.compactMap(\.warning) + [missing, overlap, clips].compactMap { $0 }
            + (evaluation == nil ? RunWarnings(sets: sets).sentences : [])
        let sections = [
            HTML.section(
                "Results",
                HTML.paragraph(main.protocolSentence, class: "lead")
                    + HTML.definitions(evaluation?.facts ?? [])
                    + warnings.map { HTML.paragraph("Warning: \($0).", class: "callout bad") }.joined()
                    + main.html + HTML.figure(intervalPlot(main))),
            HTML.section(
                "All metrics", overviews.allMetrics(unit: unit, level: level, draws: draws).html),
            HTML.section("Folds", overviews.byFold.html + (evaluation == nil ? classCounts : "")),
            HTML.section("Confusion matrices", confusions),
            HTML.section(
                "Recall by class", ClassRecalls(groups).classes.isEmpty ? "" : ClassRecalls(groups).html),
            HTML.section(
                "Speakers",
                (speakerPlot.map { HTML.figure($0) } ?? "") + (speakers.rows.isEmpty ? "" : speakers.html)),
            HTML.section("Corpora", corpusMatrices),
            HTML.section("Groups", groupMetrics),
            HTML.section("Training", evaluation == nil ? curves : ""),
            HTML.section("Configuration", configs.map { HTML.listing($0.encode().pretty()) }.joined()),
        ]
        let lead = configs.count > 1 ? "" : sets[0].experiment.description
        return HTML.page(
            title: title, (lead.isEmpty ? "" : HTML.paragraph(lead, class: "lead")) + sections.joined())
    }

    /// The members with their intervals; for a single one, its pooled result and its folds.
    private func intervalPlot(_ table: ResultTable) -> BarChart {
        func bar(_ name: String, _ interval: ConfidenceInterval, _ note: String = "") -> BarChart.Bar {
            BarChart.Bar(name, interval.estimate, low: interval.low, high: interval.high, note: note)
        }
        let name = LineChart.title(metric)
        let bars =
            groups.count > 1
            ? table.rows.map { row in
                bar(
                    row.name,
                    row.pooled.low.isFinite || row.folds.low.isNaN && row.pooled.estimate.isFinite
                        ? row.pooled : row.folds,
                    row.pValue.isFinite ? "p \(ResultTable.probability(row.pValue))" : "")
            }
            : [bar("pooled", table.rows[0].pooled), bar("mean of folds", table.rows[0].folds)]
                + groups[0].foldResults(metric).map { BarChart.Bar("fold \($0.fold)", $0.mean) }
        return BarChart(
            title: "\(name) with \(IntervalNote.percent(level)) confidence intervals",
            xName: metric,
            bars: bars, isProportion: Metric.isProportion(metric))
    }

    private var confusions: String {
        zip(groups, ClassRecalls(groups).rows).filter { $1.runs > 0 }.map { group, row in
            let folds = evaluation == nil ? group.partText.map { " (\($0))" } ?? "" : ""
            let what =
                "all \(NumberText.count(row.runs, evaluation == nil ? "run" : "model"))\(groups.count > 1 ? " of \(group.name)" : "")\(folds)"
            return HTML.figure(ConfusionPlot(title: "Test predictions of \(what)", row.confusion))
        }.joined()
    }

    private var speakerPlot: BarChart? {
        guard groups.count == 1 else { return nil }
        let rows = GroupOverviews(groups, metrics: metrics).bySpeaker.rows
        guard rows.contains(where: { if case .share = $0[2] { true } else { false } }),
            let pooled = groups[0].pooled?.first, pooled.classification != nil
        else { return nil }
        let targets = pooled.classificationTargets.joined(separator: ", ")
        return BarChart(
            title: (targets.isEmpty ? "Accuracy" : "\(targets): accuracy") + " by speaker, averaged over "
                + (pooled.classificationTargets.count > 1 ? "targets and seeds" : "seeds"),
            xName: "accuracy",
            bars: rows.compactMap { row in
                guard case .text(let name) = row[0], case .count(let clips) = row[1],
                    case .share(let accuracy) = row[2]
                else { return nil }
                return BarChart.Bar(name, accuracy, note: "n = \(NumberText.count(clips))")
            }, isProportion: true)
    }

    /// The main metric by training and test corpus, for each variant that leaves out corpora.
    private var corpusMatrices: String {
        guard evaluation == nil else { return "" }
        return zip(groups, sets).map { group, set in
            guard let matrix = CorpusMatrix(set, metric: metric) else { return "" }
            return (groups.count > 1 ? HTML.paragraph(group.name, class: "note") : "")
                + HTML.figure(matrix.plot) + matrix.table.html
        }.joined()
    }

    /// The metrics by group of the columns in `evaluation.groups`, for each variant.
    private var groupMetrics: String {
        guard evaluation == nil else { return "" }
        return zip(groups, sets).map { group, set in
            let columns = set.records.compactMap { try? $0.columns }
            guard !columns.isEmpty, let pooled = group.pooled else { return "" }
            let found = GroupMetrics(
                pooled, columns: ClipColumns(joining: columns).columns,
                metrics: set.experiment.metrics, unit: group.pooledUnit(group.unit), level: level)
            return (groups.count > 1 ? HTML.paragraph(group.name, class: "note") : "") + found.html
        }.joined()
    }

    private var curves: String {
        sets.enumerated().map { index, set in
            // Models that were fitted as a whole have a single epoch, which makes no curve.
            let epochs = set.records.map(\.epochs).filter { $0.count > 1 }
            let charts = epochs.isEmpty ? [] : LineChart.curves(ofRuns: epochs)
            guard !charts.isEmpty else { return "" }
            let plots = charts.map { chart in
                var chart = chart
                chart.size = (456, 270)
                return HTML.figure(chart)
            }
            let words =
                "\(groups.count > 1 ? groups[index].name + ": the" : "The") mean over \(NumberText.count(epochs.count, "run")), with the range from the lowest to the highest value."
            return HTML.paragraph(words, class: "note")
                + HTML.element("div", [("class", "pair")], "\n" + plots.joined()) + "\n"
        }.joined()
    }

    /// The number of clips of each class in each subset of each fold.
    private var classCounts: String {
        var rows: [[ValueTable.Cell]] = []
        var classes: [String] = []
        var seen: Set<Int> = []
        for record in sets[0].records where seen.insert(record.experiment.fold).inserted {
            for subset in record.audit?.subsets ?? [] {
                for count in subset.classes.entries where !classes.contains(count.name) {
                    classes.append(count.name)
                }
                rows.append(
                    [
                        .text("fold \(record.experiment.fold)"), .text(subset.subset.rawValue),
                        .count(subset.clips), .count(subset.speakers.count),
                    ] + classes.map { .count(subset.classes[$0] ?? 0) })
            }
        }
        guard !rows.isEmpty else { return "" }
        rows = rows.map { $0 + Array(repeating: .count(0), count: 4 + classes.count - $0.count) }
        return ValueTable(
            title: "Clips by class", columns: ["fold", "subset", "clips", "speakers"] + classes, rows: rows
        ).html
    }

    /// Writes the page and returns its path: `report.html` in the folder of the ablation, or `report-MEMBER.html` for a single member.
    public func write() throws -> String {
        try AtomicFile.write(Array(html.utf8), to: file)
        return file
    }
}
