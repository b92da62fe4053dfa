/// Split conformal prediction (Vovk et al. 2005): sets of classes or intervals of values that contain the truth of new clips with a given
/// probability, whatever the model, if they are exchangeable with the clips of calibration.
public struct ConformalPredictor: Sendable, Equatable {
    /// The wanted probability that a set or interval contains the truth.
    public let coverage: Double
    /// The largest nonconformity score that sets and intervals include: 1 minus the probability of a class, or the distance
    /// from the predicted value; infinite if there are too few clips for the coverage.
    public let limit: Double

    /// Creates a predictor with a known limit.
    public init(coverage: Double, limit: Double) { (self.coverage, self.limit) = (coverage, limit) }

    /// Calibrates with predictions of a classification or a regression for clips that the model was not trained on; nil for other tasks
    /// and without clips.
    public init?(_ predictions: Predictions, coverage: Double) {
        let scores: [Double]
        switch predictions.task {
        case .classification:
            scores = zip(predictions.probabilities, predictions.truths).map { 1 - $0[$1] }
        case .regression: scores = zip(predictions.trueValues, predictions.values).map { abs($0 - $1) }
        case .multiLabel, .sequences, .frames: return nil
        }
        guard !scores.isEmpty else { return nil }
        // The rank that accounts for the new clip; the slack keeps 0.9 * 10 from becoming 10.
        let rank = Int((Double(scores.count + 1) * coverage - 1e-9).rounded(.up))
        self.coverage = coverage
        limit = rank > scores.count ? .infinity : scores.sorted()[max(rank, 1) - 1]
    }

    /// The classes in the set for predicted probabilities, in their order; it can be empty.
    public func classes(_ probabilities: [Double]) -> [Int] {
        probabilities.indices.filter { 1 - probabilities[$0] <= limit }
    }

    /// Whether the set or interval of each example contains the truth, and the number of classes or the width of the interval.
    public func outcomes(_ predictions: Predictions) -> [(isCovered: Bool, size: Double)] {
        guard predictions.task == .classification else {
            return zip(predictions.trueValues, predictions.values).map { (abs($0 - $1) <= limit, 2 * limit) }
        }
        return zip(predictions.probabilities, predictions.truths).map { row, truth in
            let set = classes(row)
            return (set.contains(truth), Double(set.count))
        }
    }

    /// Returns the coverage as the accuracy of predictions that are right where the truth is covered, for intervals over speakers.
    public func coverage(of predictions: Predictions) -> Predictions {
        var found = Predictions(classes: ["missed", "covered"])
        for (row, outcome) in outcomes(predictions).enumerated() {
            found.append(
                predictions.ids[row], speaker: predictions.speakers[row], truth: 1,
                probabilities: outcome.isCovered ? [0, 1] : [1, 0])
        }
        return found
    }
}

/// The errors of a classifier that may reject clips: of the most confident ones at each share of accepted clips.
public struct RiskCoverage: Sendable {
    /// The share of accepted clips and the error rate among them, from the most confident clip to all.
    public let points: [(coverage: Double, risk: Double)]

    /// Orders the predictions of a classification by the probability of their class; equal ones are accepted together.
    public init(_ predictions: Predictions) {
        let decisions = predictions.decisions
        let sure = zip(predictions.probabilities, decisions).map { $0[$1] }
        let order = sure.indices.sorted { sure[$0] > sure[$1] || sure[$0] == sure[$1] && $0 < $1 }
        var (points, wrong) = ([(coverage: Double, risk: Double)](), 0)
        for (place, row) in order.enumerated() {
            wrong += decisions[row] == predictions.truths[row] ? 0 : 1
            if place + 1 < order.count, sure[order[place + 1]] == sure[row] { continue }
            let count = Double(place + 1)
            points.append((count / Double(order.count), Double(wrong) / count))
        }
        self.points = points
    }

    /// The area under the curve (AURC, Geifman and El-Yaniv 2017): the risk averaged over all fractions of accepted clips.
    public var area: Double {
        var (sum, last) = (0.0, 0.0)
        for point in points {
            sum += point.risk * (point.coverage - last)
            last = point.coverage
        }
        return points.isEmpty ? .nan : sum
    }

    /// The error rate if at least this fraction of the clips is accepted; NaN without clips.
    public func risk(at coverage: Double) -> Double {
        points.first { $0.coverage >= coverage - 1e-12 }?.risk ?? .nan
    }
}
