import Autograd

/// Selects the columns with the highest scores, as scikit-learn's `SelectKBest` and `SelectPercentile`.
public struct SelectKBestOptions: TransformerOptions {
    /// The score of a column.
    public enum Score: Sendable, Equatable {
        /// The F statistic of an analysis of variance, `f_classif`.
        case fClassif
        /// The mutual information with the class (Ross 2014), `mutual_info_classif`.
        case mutualInfoClassif(nNeighbors: Int = 3)
    }

    /// The number of selected columns.
    public enum Amount: Sendable, Equatable {
        /// A given number. Of equal scores, the last columns are selected.
        case k(Int)
        /// A percentage of the columns, above the percentile of the scores. Of equal scores, the first are selected.
        case percentile(Double)
        /// All columns.
        case all
    }

    /// The score.
    public var score: Score
    /// The number of columns.
    public var amount: Amount

    /// Creates options.
    public init(score: Score = .fClassif, amount: Amount = .k(10)) {
        (self.score, self.amount) = (score, amount)
    }

    /// Returns the score of each column; NaN for the F statistic of a constant column.
    public func scores(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> [Double] {
        let rows = try LabeledRows(x, labels: labels, classes: classes, weights: nil)
        switch score {
        case .fClassif: return analysisOfVariance(rows)
        case .mutualInfoClassif(let neighbors):
            try require("n_neighbors", neighbors, atLeast: 1)
            return try mutualInformation(rows, neighbors: neighbors, generator: generator)
        }
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> ColumnSelection {
        let scores = try scores(x, labels: labels, classes: classes, generator: generator).map {
            $0.isNaN ? -Double.greatestFiniteMagnitude : $0
        }
        return try ColumnSelection(columns: try best(scores), of: x.columns)
    }

    private func best(_ scores: [Double]) throws(FittingError) -> [Int] {
        switch amount {
        case .all: return Array(scores.indices)
        case .k(let k):
            guard (1...scores.count).contains(k) else {
                throw FittingError("\"k\"", found: "\(k)", allowed: "1 to the \(scores.count) columns")
            }
            let order = scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] < scores[$1] }
            return order.suffix(k).sorted()
        case .percentile(let percent):
            guard percent > 0, percent <= 100 else {
                throw FittingError("\"percentile\"", found: "\(percent)", allowed: "above 0, at most 100")
            }
            if percent == 100 { return Array(scores.indices) }
            let threshold = percentile(100 - percent, ofSorted: scores.sorted())
            let above = scores.indices.filter { scores[$0] > threshold }
            let most = Int(Double(scores.count) * percent / 100)
            let ties = scores.indices.filter { scores[$0] == threshold }
            // A negative count drops columns from the end, as in Python.
            let room = most - above.count
            return (above + (room >= 0 ? ties.prefix(room) : ties.dropLast(-room))).sorted()
        }
    }
}

/// Returns the F statistic of each column: the variance between the classes over that within.
func analysisOfVariance(_ rows: LabeledRows) -> [Double] {
    let (x, counts) = (rows.x, rows.counts)
    // Without the mean, the sums of squares cancel less. The statistic does not depend on it.
    let centered = x.subtracting(x.columnMeans())
    var sums = Matrix(rows: counts.count, columns: x.columns)
    for (row, label) in rows.labels.enumerated() {
        for column in 0..<x.columns { sums[label, column] += centered[row, column] }
    }
    var within = [Double](repeating: 0, count: x.columns)
    for (row, label) in rows.labels.enumerated() {
        for column in 0..<x.columns {
            let deviation = centered[row, column] - sums[label, column] / Double(counts[label])
            within[column] += deviation * deviation
        }
    }
    return (0..<x.columns).map { column in
        if x.isConstant(column) { return .nan }
        let between = counts.indices.reduce(0.0) {
            $0 + sums[$1, column] * sums[$1, column] / Double(counts[$1])
        }
        return (between / Double(counts.count - 1)) / (within[column] / Double(x.rows - counts.count))
    }
}
