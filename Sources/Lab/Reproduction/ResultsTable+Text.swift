import Metrics
import Reports

extension ResultsTable {
    /// The filled rows as a table. Results are those of the pooled test predictions, or means of folds without them.
    public var table: ValueTable {
        let metrics = rows.compactMap(\.result).first?.metrics.map(\.metric) ?? [metric]
        let hasReports = rows.contains { $0.reported != nil }
        let level = IntervalNote.percent(rows.lazy.compactMap(\.result?.level).first ?? 0.95)
        let columns =
            ["system"] + (hasReports ? ["reported accuracy"] : [])
            + metrics.flatMap {
                $0 == metric ? [$0, "\(level) low", "\(level) high", "SD over folds", "SD over seeds"] : [$0]
            } + ["folds", "seeds"]
        let cells = rows.map { row -> [ValueTable.Cell] in
            let reported: [ValueTable.Cell] = hasReports ? [.share(row.reported ?? .nan)] : []
            let results = metrics.flatMap { name -> [ValueTable.Cell] in
                let result = row.result?.metrics.first { $0.metric == name }
                let values = [result.flatMap { $0.pooled ?? $0.mean }]
                let others = [result?.low, result?.high, result?.foldDeviation, result?.seedDeviation]
                return (values + (name == metric ? others : [])).map {
                    .value($0 ?? .nan, isProportion: Metric.isProportion(name))
                }
            }
            let runs = row.result?.runs ?? []
            return [.text(row.name)] + reported + results
                + [Self.foldCell(row.result), .count(Set(runs.map(\.seed)).count)]
        }
        func sentences(_ text: KeyPath<RowResult, String>) -> [String] {
            let filled = rows.filter { $0.result.map { !$0[keyPath: text].isEmpty } ?? false }
            return GroupTable.sentences(
                filled.map { ($0.name, $0.result?[keyPath: text] ?? "") }, among: filled.map(\.name))
        }
        let notes = rows.filter { !$0.note.isEmpty }.map { "\($0.name): \($0.note)" }
        var table = ValueTable(
            title: title, columns: columns, rows: cells,
            note: ([note] + notes + sentences(\.statistics)).filter { !$0.isEmpty }.joined(separator: " "))
        table.protocolText = sentences(\.evaluation).joined(separator: "; ")
        return table
    }

    /// The number of folds, out of those of the split if there are more.
    private static func foldCell(_ result: RowResult?) -> ValueTable.Cell {
        let folds = Set(result?.runs.map(\.fold) ?? []).count
        guard let all = result?.allFolds, all > folds, folds > 1 else { return .count(folds) }
        return .text("\(folds) of \(all)")
    }

    /// A page with the table, and a chart of the reported and the measured accuracy of each row.
    public var html: String {
        let shown = rows.filter { $0.reported != nil && $0.result != nil }
        let chart = GroupedBarChart(
            title: "Accuracy: reported and reproduced", xName: "accuracy", categories: shown.map(\.name),
            groups: [
                .init("reported", shown.map { $0.reported ?? .nan }),
                .init(
                    "measured",
                    shown.map { row in
                        row.result?.metrics.first { $0.metric == "accuracy" }.flatMap { $0.pooled ?? $0.mean }
                            ?? .nan
                    }),
            ])
        let runs = ValueTable(
            title: "Runs", columns: ["row", "config", "data", "version", "processor"],
            rows: rows.map { row in
                [
                    .text(row.name), .text(row.config), .text(row.result?.data ?? "–"),
                    .text(row.result?.version ?? "–"), .text(row.result?.processor ?? "–"),
                ]
            })
        return HTML.page(
            title: title,
            table.html + table.protocolHTML + (shown.isEmpty ? "" : HTML.figure(chart)) + runs.html)
    }
}
