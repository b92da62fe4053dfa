/// Results side by side, such as those of an ablation: a row for each variant, over its folds and seeds.
public struct ResultTable: ReadableTable {
    /// A variant.
    public struct Row: Sendable {
        /// The variant.
        public var name: String
        /// Of the figure, over the runs.
        public var mean: Double
        /// The standard deviation over the runs; nan where there is one run only. So with the other figures: nan is not known.
        public var deviation: Double
        /// The confidence interval of the mean.
        public var low: Double
        /// Its upper bound.
        public var high: Double
        /// Against the base.
        public var difference: Double
        /// How probable a difference at least as large is by chance.
        public var pValue: Double
        /// How many there were, over folds and seeds.
        public var runs: Int

        /// A row; what is not given is not known.
        public init(
            _ name: String, mean: Double, deviation: Double = .nan, low: Double = .nan, high: Double = .nan,
            difference: Double = .nan, pValue: Double = .nan, runs: Int = 1
        ) {
            self.name = name
            self.mean = mean
            self.deviation = deviation
            self.low = low
            self.high = high
            self.difference = difference
            self.pValue = pValue
            self.runs = runs
        }
    }

    /// Stands above the table.
    public var title: String
    /// What the means are of, such as `accuracy`.
    public var figure: String
    /// Whether the figures are shares, which people read in percent. CSV and JSON have the numbers as they are.
    public var isShare: Bool
    /// From top to bottom, mostly the base first.
    public var rows: [Row]
    /// How sure the intervals are.
    public var level: Double
    /// What else there is to know: the test, the correction, the base.
    public var note: String

    /// A table of rows, in the order given.
    public init(
        title: String, figure: String, isShare: Bool = false, rows: [Row], level: Double = 0.95,
        note: String = ""
    ) {
        self.title = title
        self.figure = figure
        self.isShare = isShare
        self.rows = rows
        self.level = level
        self.note = note
    }

    /// The names of the columns for people. A column that no row fills is left out.
    public var columns: [String] { shown.map(\.name) }

    /// The cells for people.
    public var cells: [[String]] { rows.map { row in shown.map { $0.cell(row) } } }

    private struct Column {
        var name: String
        var cell: (Row) -> String
    }

    private var shown: [Column] {
        let levelText = NumberText.trimmed(NumberText.fixed(level * 100, 2))
        func has(_ value: (Row) -> Double) -> Bool { rows.contains { value($0).isFinite } }
        var columns = [Column(name: "variant", cell: \.name), Column(name: figure) { number($0.mean) }]
        if has(\.deviation) { columns.append(Column(name: "deviation") { number($0.deviation) }) }
        if has(\.low) || has(\.high) {
            columns.append(
                Column(name: "\(levelText) % interval") { row in
                    row.low.isFinite || row.high.isFinite ? "\(number(row.low)) to \(number(row.high))" : "–"
                })
        }
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
    static func probability(_ value: Double) -> String {
        value < 0.001 ? "< 0.001" : NumberText.fixed(value, 3)
    }
}
