import Metrics

/// Compares groups of runs, such as the variants of an ablation, in one metric.
public struct ResultTable: ReadableTable {
    /// A group of runs.
    public struct Row: Sendable {
        /// The name of the row.
        public var name: String
        /// The metric of all test predictions together, averaged over seeds. Here and below, nan is not known.
        public var pooled: ConfidenceInterval
        /// The mean over folds.
        public var folds: ConfidenceInterval
        /// The standard deviation between folds.
        public var foldDeviation: Double
        /// The standard deviation between seeds.
        public var seedDeviation: Double
        /// The difference from the first row.
        public var difference: Double
        /// What the difference is computed over, such as "10 clips", if that is less than the results of both rows; otherwise empty.
        public var differenceBasis = ""
        /// The two-sided p-value of the difference, with Holm's correction.
        public var pValue: Double
        /// The number of runs.
        public var runs: Int
        /// Warnings about the difference, as sentences without a period.
        public var warnings: [String] = []

        /// Creates a row. Omitted values are unknown.
        public init(
            _ name: String, pooled: ConfidenceInterval = .unknown, folds: ConfidenceInterval = .unknown,
            foldDeviation: Double = .nan, seedDeviation: Double = .nan, difference: Double = .nan,
            pValue: Double = .nan, runs: Int = 1
        ) {
            self.name = name
            (self.pooled, self.folds) = (pooled, folds)
            (self.foldDeviation, self.seedDeviation) = (foldDeviation, seedDeviation)
            (self.difference, self.pValue, self.runs) = (difference, pValue, runs)
        }
    }

    /// The title above the table.
    public var title: String
    /// The name of the metric, such as `uar`.
    public var metric: String
    /// Whether the metric is a proportion, which is shown as a percentage. CSV and JSON contain the number itself.
    public var isProportion: Bool
    /// The rows from top to bottom, the base first.
    public var rows: [Row]
    /// The confidence level.
    public var level: Double
    /// Explains the intervals and the test.
    public var note: String
    /// The protocol, with which a caption begins.
    public var protocolText: String

    /// A table of rows, in the order given.
    public init(
        title: String, metric: String, isProportion: Bool = false, rows: [Row], level: Double = 0.95,
        note: String = "", protocolText: String = ""
    ) {
        (self.title, self.metric, self.isProportion) = (title, metric, isProportion)
        (self.rows, self.level, self.note, self.protocolText) = (rows, level, note, protocolText)
    }

    /// The names of the columns. Columns without a value are left out.
    public var columns: [String] { shown.map(\.name) }

    /// The formatted cells.
    public var cells: [[String]] { rows.map { row in shown.map { $0.cell(row) } } }

    /// The distinct warnings of all rows.
    public var warnings: [String] {
        rows.flatMap(\.warnings).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Title, protocol, note, and the warnings that the note does not have.
    public var caption: String {
        let more = warnings.filter { !note.contains($0) }
        return ([title, protocolText, note] + more.map { "Warning: \($0)" }).asCaption
    }

    private struct Column {
        var name: String
        var cell: (Row) -> String
    }

    /// Folds are shown where there are several; the interval stands behind the estimate that it belongs to.
    private var shown: [Column] {
        func has(_ value: (Row) -> Double) -> Bool { rows.contains { value($0).isFinite } }
        func interval(_ name: String, _ value: @escaping (Row) -> ConfidenceInterval) -> [Column] {
            guard has({ value($0).low }) else { return [] }
            return [
                Column(name: name) { row in
                    value(row).low.isFinite
                        ? "\(number(value(row).low)) to \(number(value(row).high))" : "–"
                }
            ]
        }
        let percent = IntervalNote.percent(level)
        var columns = [Column(name: "variant", cell: \.name)]
        let isPooled = has(\.pooled.estimate)
        let hasFolds = rows.contains { $0.folds.units > 1 } || !isPooled
        if isPooled {
            columns.append(
                Column(name: hasFolds ? "\(metric), pooled" : metric) { number($0.pooled.estimate) })
            columns += interval("\(percent) interval", \.pooled)
        }
        if hasFolds {
            columns.append(
                Column(name: isPooled ? "mean of folds" : metric) { number($0.folds.estimate) })
            columns += interval(isPooled ? "\(percent) interval of mean" : "\(percent) interval", \.folds)
        }
        if has(\.foldDeviation) { columns.append(Column(name: "SD over folds") { number($0.foldDeviation) }) }
        if has(\.seedDeviation) { columns.append(Column(name: "SD over seeds") { number($0.seedDeviation) }) }
        if has(\.difference) {
            columns.append(
                Column(name: isProportion ? "difference in points" : "difference") { row in
                    let sign = row.difference > 0 ? "+" : ""
                    let points = NumberText.fixed(row.difference * 100, 1)
                    let basis = row.differenceBasis.isEmpty ? "" : " (\(row.differenceBasis))"
                    return sign + (isProportion ? points : NumberText.short(row.difference)) + basis
                })
        }
        if has(\.pValue) { columns.append(Column(name: "p") { Self.probability($0.pValue) }) }
        return columns + [Column(name: "runs") { NumberText.count($0.runs) }]
    }

    private func number(_ value: Double) -> String {
        isProportion ? NumberText.percent(value) : NumberText.short(value)
    }

    /// A p-value, which is never 0.
    package static func probability(_ value: Double) -> String {
        value < 0.001 ? "< 0.001" : NumberText.fixed(value, 3)
    }
}
