import Autograd
import Configuration
import Foundation
import SpeechEmotion

/// What the runs of an ablation have found so far, as tables.
public struct AblationTable: Sendable {
    private let ablation: Ablation
    /// The figures of each single run, in their order; nil where there are none yet.
    public private(set) var figures: [[String: Double]?]

    /// A table of what has been found.
    public init(_ ablation: Ablation, figures: [[String: Double]?]) {
        self.ablation = ablation
        self.figures = figures
    }

    /// A table of what is in the folder.
    public init(_ ablation: Ablation) {
        self.init(
            ablation,
            figures: ablation.singles.map { single in
                if case .finished(let figures) = ablation.state(of: single) { return figures }
                return nil
            })
    }

    private var metric: String { ablation.plan.options.metric }

    /// The single runs that have no result, or none with a number for the figure.
    public var missing: [Ablation.Single] {
        zip(ablation.singles, figures).filter { $1?[metric] == nil }.map(\.0)
    }

    /// The members side by side: mean, deviation and interval over seeds and folds, and the difference from the base with a paired test.
    public var table: ResultTable {
        struct Pair: Hashable {
            var seed: Int
            var fold: Int
        }
        var found: [String: [Pair: Double]] = [:]
        var order: [Pair] = []
        for (single, figures) in zip(ablation.singles, figures) {
            let pair = Pair(seed: single.seed, fold: single.fold)
            if !order.contains(pair) { order.append(pair) }
            if let value = figures?[metric] { found[single.member, default: [:]][pair] = value }
        }
        let level = ablation.plan.options.level
        let base = found[SweepPlan.base] ?? [:]
        var tested: [Int] = []
        var pairCounts: [Int] = []
        var rows = ablation.plan.members.enumerated().map { index, member in
            let own = found[member.name] ?? [:]
            let values = order.compactMap { own[$0] }
            let interval = ConfidenceInterval.mean(values, level: level)
            var row = ResultTable.Row(
                member.name, mean: interval.estimate, deviation: Spread(values).deviation, low: interval.low,
                high: interval.high, runs: values.count)
            let pairs = order.filter { own[$0] != nil && base[$0] != nil }
            guard index > 0, !pairs.isEmpty else { return row }
            let (mine, others) = (pairs.compactMap { own[$0] }, pairs.compactMap { base[$0] })
            row.difference = zip(mine, others).reduce(0) { $0 + $1.0 - $1.1 } / Double(pairs.count)
            guard pairs.count > 1 else { return row }
            row.pValue = p(mine, others, member.name)
            if row.pValue.isFinite {
                tested.append(index)
                pairCounts.append(pairs.count)
            }
            return row
        }
        for (index, p) in zip(tested, PairedTest.holm(tested.map { rows[$0].pValue })) {
            rows[index].pValue = p
        }
        return ResultTable(
            title: ablation.plan.members[0].experiment.name, figure: metric,
            isShare: Figure.isShare(metric),
            rows: rows, level: level, note: note(pairs: pairCounts.max() ?? 0, tests: tested.count))
    }

    /// nan where the test can say nothing.
    private func p(_ mine: [Double], _ others: [Double], _ member: String) -> Double {
        let generator = RandomGenerator(seed: 1).split("test of \(member)")
        do throws(MetricProblem) {
            return switch ablation.plan.options.test {
            case .permutation: try PairedTest.permutation(mine, others, generator: generator)
            case .wilcoxon: try PairedTest.wilcoxon(mine, others)
            case .student: try PairedTest.student(mine, others)
            }
        } catch {
            return .nan
        }
    }

    private func note(pairs: Int, tests: Int) -> String {
        var sentences: [String] = []
        if pairs > 0 {
            sentences.append(
                "Differences are from base, over the same seeds and folds; p by \(test), with Holm's correction."
            )
            let least = min(1, exp2(1 - Double(pairs)) * Double(tests))
            if ablation.plan.options.test != .student, least > 1 - ablation.plan.options.level {
                sentences.append(
                    "With \(NumberText.count(pairs, "pair")) and \(NumberText.count(tests, "comparison")) p cannot be below \(NumberText.fixed(least)): more seeds or folds are needed to tell."
                )
            }
        }
        let isSearch = ablation.plan.members.allSatisfy { $0.experiment.evaluation.part == .validation }
        if isSearch { sentences.insert("Figures of the validation part; the test part was not read.", at: 0) }
        for member in ablation.plan.members where !member.aliases.isEmpty {
            let names = member.aliases.map { "\"\($0)\"" }.joined(separator: ", ")
            sentences.append("\(member.name) is \(names) as well.")
        }
        let missing = missing.count
        if missing > 0 {
            sentences.append(
                "\(NumberText.count(missing)) of \(NumberText.count(ablation.singles.count, "run")) not done yet."
            )
        }
        return sentences.joined(separator: " ")
    }

    private var test: String {
        switch ablation.plan.options.test {
        case .permutation: "a permutation test of the mean difference"
        case .wilcoxon: "Wilcoxon's signed-rank test"
        case .student: "Student's paired test"
        }
    }

    /// Every single run with its figures.
    public var runsCSV: String {
        let names = Set(figures.compactMap { $0?.keys }.joined()).sorted()
        let head = (["variant", "seed", "fold"] + names).map(CSV.cell).joined(separator: ",") + "\n"
        return head
            + zip(ablation.singles, figures).map { single, figures in
                let numbers = names.map { name in figures?[name].map { "\($0)" } ?? "" }
                return ([CSV.cell(single.member), "\(single.seed)", "\(single.fold)"] + numbers)
                    .joined(separator: ",") + "\n"
            }.joined()
    }

    /// Every figure that the runs have.
    public var overview: FigureOverview {
        let singles = zip(ablation.singles, figures)
        let wanted =
            ablation.plan.members.flatMap { $0.experiment.evaluation.metrics.map(\.rawValue) } + ["loss"]
        let names = wanted.reduce(into: [String]()) { names, name in
            if !names.contains(name), figures.contains(where: { $0?[name] != nil }) { names.append(name) }
        }
        return FigureOverview(members: ablation.plan.members.map(\.name), figures: names) { member, name in
            singles.compactMap { $0.member == member ? $1?[name] : nil }
        }
    }

    /// The classes over all runs that have a result; reads their predictions.
    private var recalls: ClassRecalls {
        let done = zip(ablation.singles, figures).filter { $1 != nil }.map(\.0)
        return ClassRecalls(
            members: ablation.plan.members.map(\.name), runs: done.map { ($0.member, ablation.run(of: $0)) })
    }

    /// Writes table.md, table.csv, table.json, table.html, runs.csv and recalls.csv into the folder, and gives back what the last one has.
    @discardableResult public func write() throws -> ClassRecalls {
        let (table, recalls) = (table, recalls)
        let hasResults = figures.contains { $0 != nil }
        let tables: [any ReadableTable] = [table] + (hasResults ? [overview, recalls] : [])
        func write(_ text: String, _ name: String) throws {
            try AtomicFile.write(Array(text.utf8), to: "\(ablation.folder)/\(name)")
        }
        let picture = recalls.rows.first { $0.runs > 0 }.map {
            HTML.figure(ConfusionPlot(title: "Confusion matrix of all runs of \($0.name)", $0.confusion))
        }
        try write(tables.map(\.markdown).joined(separator: "\n"), "table.md")
        try write(table.csv, "table.csv")
        try write(table.json.pretty() + "\n", "table.json")
        try write(
            HTML.page(title: "Ablation: \(table.title)", tables.map(\.html).joined() + (picture ?? "")),
            "table.html")
        try write(runsCSV, "runs.csv")
        try write(recalls.csv, "recalls.csv")
        return recalls
    }
}
