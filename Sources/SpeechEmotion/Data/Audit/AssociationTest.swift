/// Tests the association of two columns of the same clips: bias-corrected Cramér's V (Bergsma 2013), with a permutation
/// test of the chi-squared statistic.
enum AssociationTest {
    /// The result of a test.
    struct Outcome: Equatable {
        /// Bias-corrected Cramér's V, from 0 to 1.
        var strength: Double
        /// The fraction of permuted labels with a statistic at least as large.
        var pValue: Double
    }

    /// - Parameter groups: Clips that belong together, such as those of a speaker: labels are exchanged between whole
    ///   groups and shuffled within. nil shuffles all clips.
    static func outcome(_ values: [Int], _ labels: [Int], groups: [Int]?) -> Outcome {
        let found = statistic(values, labels)
        let shuffling = LabelShuffling(labels, groups: groups)
        var (exceeded, draws) = (0, 0)
        while draws < LabelShuffling.draws, exceeded < LabelShuffling.enough {
            let start = draws
            let results = parallelMap(min(LabelShuffling.batch, LabelShuffling.draws - start)) {
                statistic(values, shuffling.labels(start + $0)) >= found - 1e-9
            }
            exceeded += results.count { $0 }
            draws += results.count
        }
        return Outcome(
            strength: strength(found, values, labels), pValue: Double(exceeded + 1) / Double(draws + 1))
    }

    /// The chi-squared statistic of the contingency table.
    static func statistic(_ values: [Int], _ labels: [Int]) -> Double {
        let (rows, columns) = ((values.max() ?? 0) + 1, (labels.max() ?? 0) + 1)
        var counts = [Int](repeating: 0, count: rows * columns)
        var rowTotals = [Int](repeating: 0, count: rows)
        var columnTotals = [Int](repeating: 0, count: columns)
        for (row, column) in zip(values, labels) {
            counts[row * columns + column] += 1
            rowTotals[row] += 1
            columnTotals[column] += 1
        }
        var sum = 0.0
        for row in 0..<rows {
            for column in 0..<columns where rowTotals[row] > 0 && columnTotals[column] > 0 {
                let expected = Double(rowTotals[row]) * Double(columnTotals[column]) / Double(values.count)
                let distance = Double(counts[row * columns + column]) - expected
                sum += distance * distance / expected
            }
        }
        return sum
    }

    private static func strength(_ statistic: Double, _ values: [Int], _ labels: [Int]) -> Double {
        let count = Double(values.count)
        let (rows, columns) = (Double(Set(values).count), Double(Set(labels).count))
        guard count > 1, rows > 1, columns > 1 else { return 0 }
        let corrected = max(0, statistic / count - (rows - 1) * (columns - 1) / (count - 1))
        let (r, c) = (
            rows - (rows - 1) * (rows - 1) / (count - 1),
            columns - (columns - 1) * (columns - 1) / (count - 1)
        )
        let most = min(r, c) - 1
        return most > 0 ? min(1, (corrected / most).squareRoot()) : 0
    }
}
