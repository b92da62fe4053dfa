import Foundation

/// How a class, or labels, are decided from probabilities. Without a rule, the class is the most probable one, and labels apply from
/// a probability of 0.5 on.
public enum DecisionRule: Sendable, Equatable {
    /// The class with the largest probability times its weight; the first one in a tie.
    case weights([Double])
    /// The class with the lowest expected cost; `costs[truth][decision]`.
    case costs([[Double]])
    /// The probability from which each label applies.
    case thresholds([Double])

    /// Returns the class that is decided for the probabilities of an example; the first one in a tie.
    public static func decision(_ row: [Double], _ rule: DecisionRule? = nil) -> Int {
        let values: [Double]
        switch rule {
        case .weights(let weights): values = zip(row, weights).map(*)
        case .costs(let costs):
            values = row.indices.map { decided in -zip(row, costs).reduce(0) { $0 + $1.0 * $1.1[decided] } }
        case .thresholds, nil: values = row
        }
        return values.indices.max {
            values[$0] < values[$1] || values[$0] == values[$1] && $0 > $1
        } ?? 0
    }

    /// Returns whether each label applies for the probabilities of an example.
    public static func labels(_ row: [Double], _ rule: DecisionRule? = nil) -> [Bool] {
        guard case .thresholds(let thresholds) = rule else { return row.map { $0 >= 0.5 } }
        return zip(row, thresholds).map { $0 >= $1 }
    }

    /// Whether the rule suits a number of classes or labels.
    public func suits(_ count: Int) -> Bool {
        switch self {
        case .weights(let values), .thresholds(let values): values.count == count
        case .costs(let costs): costs.count == count && costs.allSatisfy { $0.count == count }
        }
    }
}

extension DecisionRule {
    /// The metrics of decided classes that weights can maximize.
    public enum ClassObjective: String, Sendable, CaseIterable {
        case accuracy, uar
        case macroF1 = "macro_f1"

        /// The value for the number of examples, of predictions, and of correct predictions of each class.
        fileprivate func value(_ examples: [Int], _ predicted: [Int], _ right: [Int]) -> Double {
            switch self {
            case .accuracy: return Double(right.reduce(0, +)) / Double(max(examples.reduce(0, +), 1))
            case .uar:
                let found = examples.indices.filter { examples[$0] > 0 }
                let sum = found.reduce(0) { $0 + Double(right[$1]) / Double(examples[$1]) }
                return sum / Double(max(found.count, 1))
            case .macroF1:
                let sum = examples.indices.reduce(0.0) { sum, label in
                    let all = examples[label] + predicted[label]
                    return all > 0 ? sum + 2 * Double(right[label]) / Double(all) : sum
                }
                return sum / Double(max(examples.count, 1))
            }
        }
    }

    /// Returns the weights of classes that maximize a metric of predictions, by a search over one weight at a time until none improves
    /// it; nil without examples. The weights have a geometric mean of 1. Of equally good weights, those nearest to the previous ones are taken.
    public static func weights(_ predictions: Predictions, maximizing objective: ClassObjective)
        -> DecisionRule?
    {
        guard predictions.task == .classification, !predictions.truths.isEmpty else { return nil }
        let count = predictions.classes.count
        var search = WeightSearch(
            rows: predictions.probabilities, truths: predictions.truths, objective: objective,
            logs: Array(repeating: 0, count: count))
        for _ in 0..<10 {
            var improved = false
            for label in 0..<count { improved = search.improve(label) || improved }
            if !improved { break }
        }
        let mean = search.logs.reduce(0, +) / Double(max(count, 1))
        return .weights(search.logs.map { exp(min(max($0 - mean, -mostLog), mostLog)) })
    }

    /// The largest logarithm of a weight: weights are positive and finite even if all probabilities are 0 or 1.
    private static let mostLog = 600.0

    /// Returns the threshold of each label that maximizes its F1 score in predictions, nearest to 0.5 if several do; 0.5 for a label without
    /// a positive example. nil without examples.
    public static func thresholds(_ predictions: Predictions) -> DecisionRule? {
        guard predictions.task == .multiLabel, !predictions.probabilities.isEmpty else { return nil }
        return .thresholds(
            predictions.classes.indices.map { label in
                let examples = zip(predictions.probabilities, predictions.references)
                    .map { (probability: $0[label], applies: $1[label] >= 0.5) }
                    .sorted { $0.probability > $1.probability }
                return threshold(examples)
            })
    }

    /// - Parameter examples: In descending order of the probability.
    private static func threshold(_ examples: [(probability: Double, applies: Bool)]) -> Double {
        let positives = examples.count(where: \.applies)
        guard positives > 0 else { return 0.5 }
        func f1(_ right: Int, _ predicted: Int) -> Double {
            2 * Double(right) / Double(positives + predicted)
        }
        let usual = examples.filter { $0.probability >= 0.5 }
        var best = (value: f1(usual.count(where: \.applies), usual.count), threshold: 0.5)
        var right = 0
        for (place, example) in examples.enumerated() {
            right += example.applies ? 1 : 0
            let next = place + 1 < examples.count ? examples[place + 1].probability : 0
            guard next < example.probability else { continue }
            let (value, threshold) = (f1(right, place + 1), (example.probability + next) / 2)
            if value > best.value || value == best.value && abs(threshold - 0.5) < abs(best.threshold - 0.5) {
                best = (value, threshold)
            }
        }
        return best.threshold
    }
}

/// The search for the logarithms of the weights of classes.
private struct WeightSearch {
    let rows: [[Double]]
    let truths: [Int]
    let objective: DecisionRule.ClassObjective
    var logs: [Double]

    /// The largest change of a logarithm at once: a class that no example needs keeps a finite weight.
    private static let margin = 1.0

    /// Sets the weight of a class to the best one, given the others. Returns whether the metric has improved.
    mutating func improve(_ label: Int) -> Bool {
        let weights = logs.map { exp($0) }
        // The decision without the class, and the logarithm of the weight from which the class is decided instead.
        let examples = rows.indices.map { row -> (limit: Double, other: Int, truth: Int) in
            let scores = rows[row].indices.map { rows[row][$0] * weights[$0] }
            let other =
                scores.indices.filter { $0 != label }.max {
                    scores[$0] < scores[$1] || scores[$0] == scores[$1] && $0 > $1
                } ?? label
            let limit = log(max(scores[other], 1e-300)) - log(max(rows[row][label], 1e-300))
            return (limit, other, truths[row])
        }.sorted { $0.limit < $1.limit }
        let count = logs.count
        var (support, predicted, right) = (
            Array(repeating: 0, count: count), Array(repeating: 0, count: count),
            Array(repeating: 0, count: count)
        )
        for example in examples {
            support[example.truth] += 1
            predicted[example.other] += 1
            right[example.other] += example.other == example.truth ? 1 : 0
        }
        let own = logs[label]
        var current = -Double.infinity
        var best = (value: -Double.infinity, log: own)
        func consider(_ value: Double, _ low: Double, _ high: Double) {
            if low < own, own < high { current = value }
            let middle =
                low == -.infinity
                ? high - Self.margin : high == .infinity ? low + Self.margin : (low + high) / 2
            let log = low < own && own < high ? own : middle
            if value > best.value || value == best.value && abs(log - own) < abs(best.log - own) {
                best = (value, log)
            }
        }
        consider(objective.value(support, predicted, right), -.infinity, examples[0].limit)
        for (place, example) in examples.enumerated() {
            predicted[example.other] -= 1
            right[example.other] -= example.other == example.truth ? 1 : 0
            predicted[label] += 1
            right[label] += example.truth == label ? 1 : 0
            let next = place + 1 < examples.count ? examples[place + 1].limit : .infinity
            if example.limit < next {
                consider(objective.value(support, predicted, right), example.limit, next)
            }
        }
        guard best.value > current else { return false }
        logs[label] = best.log
        return true
    }
}
