import Metrics

/// One metric of several groups of runs side by side, such as the variants of an ablation.
public struct ResultTable: ReadableTable {
    /// A group of runs.
    public struct Row: Sendable {
        /// What it is called.
        public var name: String
        /// The metric of all test predictions together, averaged over seeds. nan is not known, here and below.
        public var pooled: ConfidenceInterval
        /// The mean over folds.
        public var folds: ConfidenceInterval
        /// The standard deviation between folds.
        public var foldDeviation: Double
        /// The standard deviation between seeds.
        public var seedDeviation: Double
        /// The difference from the first row.
        public var difference: Double
        /// Of the difference, two-sided, with Holm's correction.
        public var pValue: Double
        /// How many runs there were.
        public var runs: Int

        /// A row; what is not given is not known.
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

    /// Stands above the table.
    public var title: String
    /// The name of the metric, such as `uar`.
    public var figure: String
    /// Whether the metric is a share, which people read in percent. CSV and JSON have the numbers as they are.
    public var isShare: Bool
    /// From top to bottom, the base first.
    public var rows: [Row]
    /// The confidence level.
    public var level: Double
    /// What the intervals and the test are, and everything else there is to know.
    public var note: String
    /// What was done, which a caption begins with.
    public var protocolText: String

    /// A table of rows, in the order given.
    public init(
        title: String, figure: String, isShare: Bool = false, rows: [Row], level: Double = 0.95,
        note: String = "", protocolText: String = ""
    ) {
        (self.title, self.figure, self.isShare) = (title, figure, isShare)
        (self.rows, self.level, self.note, self.protocolText) = (rows, level, note, protocolText)
    }

    /// The names of the columns for people. A column that no row fills is left out.
    public var columns: [String] { shown.map(\.name) }

    /// The cells for people.
    public var cells: [[String]] { rows.map { row in shown.map { $0.cell(row) } } }

    public var caption: String {
        [title, protocolText, note].filter { !$0.isEmpty }.joined(separator: ". ").replacing("..", with: ".")
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
                Column(name: hasFolds ? "\(figure), pooled" : figure) { number($0.pooled.estimate) })
            columns += interval("\(percent) interval", \.pooled)
        }
        if hasFolds {
            columns.append(
                Column(name: isPooled ? "mean of folds" : figure) { number($0.folds.estimate) })
            columns += interval(isPooled ? "\(percent) interval of it" : "\(percent) interval", \.folds)
        }
        if has(\.foldDeviation) { columns.append(Column(name: "SD of folds") { number($0.foldDeviation) }) }
        if has(\.seedDeviation) { columns.append(Column(name: "SD of seeds") { number($0.seedDeviation) }) }
        if has(\.difference) {
            columns.append(
                Column(name: isShare ? "difference in points" : "difference") { row in
                    let sign = row.difference > 0 ? "+" : ""
                    let points = NumberText.fixed(row.difference * 100, 1)
                    return sign + (isShare ? points : NumberText.short(row.difference))
                })
        }
        if has(\.pValue) { columns.append(Column(name: "p") { Self.probability($0.pValue) }) }
        return columns + [Column(name: "runs") { NumberText.count($0.runs) }]
    }

    private func number(_ value: Double) -> String {
        isShare ? NumberText.percent(value) : NumberText.short(value)
    }

    /// A p-value, which is never 0.
    package static func probability(_ value: Double) -> String {
        value < 0.001 ? "< 0.001" : NumberText.fixed(value, 3)
    }
}
