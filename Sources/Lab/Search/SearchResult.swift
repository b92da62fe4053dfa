import Autograd
import Configuration
import Metrics
import Reports

/// The trials of a search with the best values.
public struct SearchResult: Sendable {
    let search: SearchOptions
    let trials: [Trial]
    /// The index of the best trial.
    let best: Int

    /// Throws if no trial could be scored.
    init(_ search: SearchOptions, _ trials: [Trial]) throws {
        guard let best = Self.best(trials) else {
            throw FileError(
                file: SearchLog.name, place: "the search", found: trials.last?.failure ?? "no trial",
                allowed: "at least one trial that can be trained and scored")
        }
        (self.search, self.trials, self.best) = (search, trials, best)
    }

    /// The index of the best trial among those with the largest budget; the first one if several are equal.
    static func best(_ trials: [Trial]) -> Int? {
        let budget = trials.filter { !$0.mean.isNaN }.map(\.request.budget).max() ?? 1
        let full = trials.indices.filter { trials[$0].request.budget == budget && !trials[$0].mean.isNaN }
        return full.max { trials[$0].mean < trials[$1].mean || trials[$0].mean == trials[$1].mean && $0 > $1 }
    }

    /// The best values.
    var values: [JSONValue] { trials[best].request.values }

    /// The best values by path.
    var named: Named<JSONValue> {
        Named(zip(search.parameters.entries, values).map { .init($0.name, $1) })
    }

    /// The number of trials; of successive halving, also how often they were scored.
    var size: String {
        let smallest = trials.map(\.request.budget).min() ?? 1
        let scored = smallest < 1 ? trials.count : nil
        return Self.size(trials.count { $0.request.budget == smallest }, scored: scored)
    }

    /// "9 trials", or "9 trials, 13 evaluations".
    static func size(_ trials: Int, scored: Int?) -> String {
        NumberText.count(trials, "trial")
            + (scored.map { ", \(NumberText.count($0, "evaluation")) with increasing budgets" } ?? "")
    }

    /// What the search chose.
    var sentence: String {
        let chosen = named.entries.map { "\($0.name) = \($0.value.line)" }.joined(separator: ", ")
        let score = NumberText.fixed(shown(trials[best].mean))
        return
            "best of \(size): \(search.metric) \(score) with \(chosen)"
    }

    /// The value of the metric as it is shown: the sign of a minimized metric is changed back.
    func shown(_ score: Double) -> Double { search.isMinimized ? -score : score }

    /// All trials as a table, the best first.
    var table: ValueTable {
        ValueTable(
            title: "Hyperparameter search", columns: columns, rows: order.map(row),
            note: "\(size). Scored "
                + (search.folds.map { "by \($0)-fold cross-validation on the training clips" }
                    ?? "on the validation set")
                + "; the test set was not read.")
    }

    /// The table for readers: the score of a trial is its mean over the folds ± their standard deviation.
    var readableTable: ValueTable {
        var readable = table
        let score = 2 + search.parameters.entries.count
        let hasBudgets = trials.contains { $0.request.budget != 1 }
        let hasFailures = trials.contains { $0.failure != nil }
        let kept = table.columns.indices.filter { column in
            column == score - 1 ? hasBudgets : column == score + 2 ? hasFailures : column != score + 1
        }
        let hasSpread = trials.contains { $0.scores.count > 1 }
        readable.columns = kept.map { table.columns[$0] }
        readable.rows = zip(order, table.rows).map { index, row in
            kept.map { $0 == score ? .text(scoreText(trials[index])) : row[$0] }
        }
        if hasSpread { readable.note += " Scores are means ± standard deviations over the folds." }
        return readable
    }

    private func scoreText(_ trial: Trial) -> String {
        guard !trial.mean.isNaN else { return "–" }
        let isProportion = Metric.isProportion(search.metric)
        func text(_ value: Double) -> String {
            isProportion ? NumberText.percent(value) : NumberText.fixed(value)
        }
        let spread = Self.deviation(trial.scores)
        return text(shown(trial.mean)) + (spread.isNaN ? "" : " ± \(text(spread))")
    }

    private var columns: [String] {
        ["trial"] + search.parameters.entries.map(\.name) + [
            "budget", search.metric, "SD over folds", "failure",
        ]
    }

    private func row(_ index: Int) -> [ValueTable.Cell] {
        let trial = trials[index]
        let spread = Self.deviation(trial.scores)
        let isProportion = Metric.isProportion(search.metric)
        return [.count(index + 1)] + trial.request.values.map { .text($0.text ?? $0.line) }
            + [
                .number(trial.request.budget), .value(shown(trial.mean), isProportion: isProportion),
                .value(spread, isProportion: isProportion), .text(trial.failure ?? ""),
            ]
    }

    static func deviation(_ values: [Double]) -> Double {
        guard values.count > 1 else { return .nan }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }

    /// The best first; trials with a smaller budget, then failed ones, last.
    private var order: [Int] {
        trials.indices.sorted { a, b in
            let (x, y) = (trials[a], trials[b])
            if x.request.budget != y.request.budget { return x.request.budget > y.request.budget }
            if x.mean.isNaN || y.mean.isNaN { return x.mean.isNaN == y.mean.isNaN ? a < b : y.mean.isNaN }
            return x.mean == y.mean ? a < b : x.mean > y.mean
        }
    }
}
