import Reports

extension ResultsTable {
    /// The filled rows as a table.
    public var table: ValueTable {
        let metrics = rows.compactMap(\.result).first?.metrics.map(\.metric) ?? [metric]
        let hasReports = rows.contains { $0.reported != nil }
        let columns =
            ["system"] + (hasReports ? ["reported accuracy"] : [])
            + metrics.flatMap { $0 == metric ? [$0, "95% interval"] : [$0] } + ["runs"]
        let cells = rows.map { row -> [ValueTable.Cell] in
            let reported: [ValueTable.Cell] =
                hasReports ? [.text(row.reported.map { NumberText.percent($0) } ?? "–")] : []
            let results = metrics.flatMap { name -> [ValueTable.Cell] in
                let result = row.result?.metrics.first { $0.metric == name }
                return name == metric
                    ? [.text(result?.text ?? "–"), .text(result?.interval ?? "–")]
                    : [.text(result?.text ?? "–")]
            }
            return [.text(row.name)] + reported + results + [.count(row.result?.runs.count ?? 0)]
        }
        let notes = rows.filter { !$0.note.isEmpty }.map { "\($0.name): \($0.note)" }
        let spread = "± is the standard deviation over runs, not a confidence interval."
        return ValueTable(
            title: title, columns: columns, rows: cells,
            note: ([note] + notes + [spread]).filter { !$0.isEmpty }.joined(separator: " "))
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
                        row.result?.metrics.first { $0.metric == "accuracy" }?.mean ?? .nan
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
            title: title, table.html + (shown.isEmpty ? "" : HTML.figure(chart)) + runs.html)
    }
}

extension RowResult.MetricResult {
    fileprivate var text: String {
        NumberText.fixed(mean, 3) + (deviation.map { " ± " + NumberText.fixed($0, 3) } ?? "")
    }

    fileprivate var interval: String {
        guard let low, let high else { return "–" }
        return "\(NumberText.fixed(low, 3)) to \(NumberText.fixed(high, 3))"
    }
}
