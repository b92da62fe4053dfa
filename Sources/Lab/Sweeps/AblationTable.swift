import Autograd
import Configuration
import Foundation
import Metrics
import Reports
import SpeechEmotion

/// The results of the finished runs of an ablation, as tables.
public struct AblationTable: Sendable {
    private let ablation: Ablation
    /// The metrics of each run, in order; nil for unfinished runs.
    public private(set) var metrics: [[String: Double]?]
    /// The members, each with its finished runs.
    public private(set) var groups: [RunGroup]
    /// Runs that cannot be read, and why.
    public private(set) var problems: [String] = []
    /// Warnings about the training and the clips of the finished runs.
    public private(set) var warnings = RunWarnings([])
    /// Whether predictions were read, which intervals and tests over speakers need.
    private let isRead: Bool

    /// Creates a table of metrics without intervals and tests, which is fast enough for updates during an ablation.
    public init(_ ablation: Ablation, metrics: [[String: Double]?]) {
        self.ablation = ablation
        self.metrics = metrics
        isRead = false
        groups = ablation.plan.members.map { member in
            RunGroup(
                member.name,
                zip(ablation.singles, metrics).compactMap { single, metrics in
                    guard single.member == member.name, let metrics else { return nil }
                    return RunGroup.Member(seed: single.seed, fold: single.fold, metrics: metrics)
                })
        }
    }

    /// Creates a table from the runs in the folder.
    public init(_ ablation: Ablation) {
        self.ablation = ablation
        isRead = true
        var members: [String: [RunGroup.Member]] = [:]
        metrics = []
        for single in ablation.singles {
            guard case .finished(let found) = ablation.state(of: single) else {
                metrics.append(nil)
                continue
            }
            metrics.append(found)
            do {
                let member = try RunGroup.Member(RunRecord(ablation.run(of: single)))
                try Self.check(member, beside: members[single.member]?.first)
                members[single.member, default: []].append(member)
            } catch { problems.append("\(error)") }
        }
        groups = ablation.plan.members.map { RunGroup($0.name, members[$0.name] ?? []) }
        warnings = RunWarnings(
            folders: zip(ablation.singles, metrics).filter { $1 != nil }.map { ablation.run(of: $0.0) })
    }

    /// Throws where the predictions of a run cannot be pooled with those of another run of its member.
    private static func check(_ run: RunGroup.Member, beside first: RunGroup.Member?) throws(FileError) {
        let file = run.path + "/" + RunFile.predictions
        guard let predictions = run.predictions else {
            throw FileError(
                file: file, place: "the file", found: "no such file",
                allowed: "the file that Train run writes to a run folder")
        }
        guard let expected = first?.predictions?.classes, expected != predictions.classes else { return }
        throw FileError(
            file: file, place: "the first line",
            found: "the classes \(predictions.classes.joined(separator: ", "))",
            allowed: "those of the other runs: \(expected.joined(separator: ", "))")
    }

    private var metric: String { ablation.plan.options.metric }
    private var evaluation: EvaluationOptions { ablation.plan.members[0].experiment.evaluation }
    private var draws: Int { isRead ? evaluation.resamples : 0 }

    /// The runs without a result, or without a finite value of the metric.
    public var missing: [Ablation.Single] {
        zip(ablation.singles, metrics).filter { $1?[metric] == nil }.map(\.0)
    }

    /// A comparison of the members with the base in the metric of the sweep.
    public var table: ResultTable {
        let options = ablation.plan.options
        var table = GroupTable(
            groups: groups, level: options.confidenceLevel, draws: draws, unit: options.test.unit
        ).table(metric, title: ablation.plan.members[0].experiment.name)
        let found = table.warnings + warnings.summaries
        table.note = ([partNote, table.note] + found.map { "Warning: \($0)." } + [stateNote])
            .filter { !$0.isEmpty }.joined(separator: " ")
        return table
    }

    private var partNote: String {
        let isSearch = ablation.plan.members.allSatisfy { $0.experiment.evaluation.subset == .validation }
        return isSearch ? "Evaluated on the validation set; the test set was not read." : ""
    }

    private var stateNote: String {
        var sentences: [String] = []
        for member in ablation.plan.members where !member.aliases.isEmpty {
            let names = member.aliases.map { "\"\($0)\"" }.joined(separator: ", ")
            sentences.append("\(member.name) is the same experiment as \(names).")
        }
        if !problems.isEmpty {
            sentences.append("\(NumberText.count(problems.count, "run")) could not be read.")
        }
        if !missing.isEmpty {
            sentences.append(
                "\(NumberText.count(missing.count)) of \(NumberText.count(ablation.singles.count, "run")) have no result yet."
            )
        }
        return sentences.joined(separator: " ")
    }

    /// Every single run with its metrics.
    public var runsCSV: String {
        let names = Set(metrics.compactMap { $0?.keys }.joined()).sorted()
        let head = (["variant", "seed", "fold"] + names).map(CSV.cell).joined(separator: ",") + "\n"
        return head
            + zip(ablation.singles, metrics).map { single, metrics in
                let numbers = names.map { name in metrics?[name].map { "\($0)" } ?? "" }
                return ([CSV.cell(single.member), "\(single.seed)", "\(single.fold)"] + numbers)
                    .joined(separator: ",") + "\n"
            }.joined()
    }

    private var overviews: GroupOverviews {
        let wanted =
            ablation.plan.members.flatMap { $0.experiment.metrics.map(\.name) } + ["loss"]
        let names = wanted.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return GroupOverviews(groups, metrics: names)
    }

    /// Every metric that the runs have.
    public var overview: ValueTable {
        overviews.allMetrics(
            unit: ablation.plan.options.test.unit, level: ablation.plan.options.confidenceLevel, draws: draws)
    }

    /// The metrics of each fold.
    public var folds: ValueTable { overviews.byFold }
    /// Accuracy and UAR of each speaker.
    public var speakers: ValueTable { overviews.bySpeaker }

    /// The recall of each class over all finished runs.
    public var recalls: ClassRecalls { ClassRecalls(groups) }

    /// The files that `write` creates, as text for messages.
    public static let files =
        "table.md, .csv, .json, .tex and .html; runs.csv, recalls.csv, folds.csv and speakers.csv"

    /// Writes all tables into the folder.
    public func write() throws {
        let (table, recalls) = (table, recalls)
        let hasResults = groups.contains { !$0.members.isEmpty }
        var tables: [any ReadableTable] = [table]
        if hasResults {
            tables += [overview] + (recalls.classes.isEmpty ? [] : [recalls])
            if groups.count == 1 { tables += [folds] + (speakers.rows.isEmpty ? [] : [speakers]) }
        }
        func write(_ text: String, _ name: String) throws {
            try AtomicFile.write(Array(text.utf8), to: "\(ablation.folder)/\(name)")
        }
        let picture = recalls.rows.first { $0.runs > 0 }.map {
            HTML.figure(ConfusionPlot(title: "Confusion matrix of all runs of \($0.name)", $0.confusion))
        }
        try write(tables.map(\.markdown).joined(separator: "\n") + table.protocolMarkdown, "table.md")
        try write(tables.map(\.latex).joined(separator: "\n"), "table.tex")
        try write(table.csv, "table.csv")
        var json = table.json
        if hasResults {
            json["metrics"] = overview.json
            json = overviews.json(with: json)
        }
        try write(json.pretty() + "\n", "table.json")
        try write(
            HTML.page(
                title: "Ablation: \(table.title)",
                tables.map(\.html).joined() + table.protocolHTML + (picture ?? "")),
            "table.html")
        try write(runsCSV, "runs.csv")
        try write(recalls.csv, "recalls.csv")
        try write(folds.csv, "folds.csv")
        try write(speakers.csv, "speakers.csv")
    }
}
