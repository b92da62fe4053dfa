import Autograd

/// Metrics of several labels of which any number can apply to an example (multi-label classification). Labels without a
/// positive, or where needed without a negative, example are left out of means; NaN if none is left.
public struct LabelMetrics: Sendable {
    /// Whether each label applies, one row per example.
    public let truths: [[Bool]]
    /// The probability of each label, one row per example.
    public let probabilities: [[Double]]
    /// Whether each label is predicted, one row per example.
    public let decisions: [[Bool]]
    private var labels: Range<Int> { 0..<(truths.first?.count ?? 0) }

    /// Creates the metrics. Throws an `InputError` if the sizes differ or a probability is not finite.
    public init(truths: [[Bool]], probabilities: [[Double]], decisions: [[Bool]]) throws(InputError) {
        let width = truths.first?.count ?? 0
        guard truths.count == probabilities.count, truths.count == decisions.count,
            (truths + decisions).allSatisfy({ $0.count == width }),
            probabilities.allSatisfy({ $0.count == width && $0.allSatisfy(\.isFinite) })
        else {
            throw InputError(
                "rows of labels and probabilities that do not match; expected \(width) finite values in each row"
            )
        }
        (self.truths, self.probabilities, self.decisions) = (truths, probabilities, decisions)
    }

    /// The mean of the F1 scores of the labels.
    public var macroF1: Double { mean(labels.map { f1(counts($0)) }) }

    /// The F1 score of all decisions together.
    public var microF1: Double {
        f1(labels.map(counts).reduce((0, 0, 0)) { ($0.0 + $1.0, $0.1 + $1.1, $0.2 + $1.2) })
    }

    /// The mean over the labels of the average precision.
    public var meanAveragePrecision: Double { mean(labels.map(averagePrecision)) }

    /// The mean over the labels of the area under the ROC curve.
    public var areaUnderROC: Double { mean(labels.map(areaUnderROC)) }

    /// The proportion of wrong decisions.
    public var hammingLoss: Double {
        let wrong = labels.map(counts).reduce(0) { $0 + $1.1 + $1.2 }
        return Double(wrong) / Double(truths.count * labels.count)
    }

    /// The F1 score of a label; NaN if it neither applies nor is predicted.
    public func f1(_ label: Int) -> Double { f1(counts(label)) }

    /// The average precision of a label, as in scikit-learn; NaN without positive examples.
    public func averagePrecision(_ label: Int) -> Double {
        var (found, sum, seen) = (0, 0.0, 0)
        for group in groups(label).reversed() {
            let positives = group.count { truths[$0][label] }
            found += positives
            seen += group.count
            sum += Double(positives) * Double(found) / Double(seen)
        }
        return found > 0 ? sum / Double(found) : .nan
    }

    /// The area under the ROC curve of a label; NaN without positive or without negative examples.
    public func areaUnderROC(_ label: Int) -> Double {
        var (pairs, positives, negatives) = (0.0, 0, 0)
        for group in groups(label) {
            let positive = group.count { truths[$0][label] }
            let negative = group.count - positive
            pairs += Double(positive) * (Double(negatives) + Double(negative) / 2)
            positives += positive
            negatives += negative
        }
        return positives > 0 && negatives > 0 ? pairs / (Double(positives) * Double(negatives)) : .nan
    }

    /// The ROC curve of a label: the false positive rate (x) and the true positive rate (y) at each threshold, from (0, 0) to
    /// (1, 1). Empty without positive or without negative examples.
    public func curveROC(_ label: Int) -> [(x: Double, y: Double)] {
        let positives = truths.count { $0[label] }
        let negatives = truths.count - positives
        guard positives > 0, negatives > 0 else { return [] }
        var (points, right, wrong) = ([(x: 0.0, y: 0.0)], 0, 0)
        for group in groups(label).reversed() {
            let found = group.count { truths[$0][label] }
            right += found
            wrong += group.count - found
            points.append((x: Double(wrong) / Double(negatives), y: Double(right) / Double(positives)))
        }
        return points
    }

    /// The examples in ascending order of a label's probability, in groups of equal probability.
    private func groups(_ label: Int) -> [ArraySlice<Int>] {
        let order = probabilities.indices.sorted { probabilities[$0][label] < probabilities[$1][label] }
        var groups: [ArraySlice<Int>] = []
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count,
                probabilities[order[end]][label] == probabilities[order[start]][label]
            {
                end += 1
            }
            groups.append(order[start..<end])
            start = end
        }
        return groups
    }

    /// True positives, false positives and false negatives of a label.
    private func counts(_ label: Int) -> (Int, Int, Int) {
        var counts = (0, 0, 0)
        for (truth, decided) in zip(truths, decisions) {
            switch (truth[label], decided[label]) {
            case (true, true): counts.0 += 1
            case (false, true): counts.1 += 1
            case (true, false): counts.2 += 1
            case (false, false): break
            }
        }
        return counts
    }

    private func f1(_ counts: (Int, Int, Int)) -> Double {
        let all = 2 * counts.0 + counts.1 + counts.2
        return all > 0 ? 2 * Double(counts.0) / Double(all) : .nan
    }

    private func mean(_ values: [Double]) -> Double {
        let known = values.filter(\.isFinite)
        return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
    }
}
