/// Examples ranked by the probability of each class, from which areas under the ROC curve follow for any multiset of the examples without
/// sorting again.
struct RankedScores: Sendable {
    private let truths: [Int]
    /// For each class, the examples in ascending order of its probability, in groups of equal probability.
    private let ranks: [[ArraySlice<Int>]]

    /// Ranks examples. Each row of probabilities has one for each class.
    init(_ probabilities: [[Double]], truths: [Int], classes: Int) {
        self.truths = truths
        ranks = (0..<classes).map { label in
            let scores = probabilities.map { $0[label] }
            let order = scores.indices.sorted { scores[$0] < scores[$1] }
            var groups: [ArraySlice<Int>] = []
            var start = 0
            while start < order.count {
                var end = start + 1
                while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
                groups.append(order[start..<end])
                start = end
            }
            return groups
        }
    }

    /// Returns the macro-averaged one-vs-rest area under the ROC curve of a multiset that contains each example `weights` times, or nil if
    /// a class has no positive or no negative examples.
    func areaUnderROC(_ weights: [Int]) -> Double? {
        var sum = 0.0
        for (label, groups) in ranks.enumerated() {
            // Mann-Whitney U: the pairs of a positive and a negative example in the right order; equal ones count half.
            var (pairs, positives, negatives) = (0.0, 0, 0)
            for group in groups {
                var (positive, negative) = (0, 0)
                for place in group {
                    if truths[place] == label {
                        positive += weights[place]
                    } else {
                        negative += weights[place]
                    }
                }
                pairs += Double(positive) * (Double(negatives) + Double(negative) / 2)
                positives += positive
                negatives += negative
            }
            guard positives > 0, negatives > 0 else { return nil }
            sum += pairs / (Double(positives) * Double(negatives))
        }
        return ranks.isEmpty ? nil : sum / Double(ranks.count)
    }
}
