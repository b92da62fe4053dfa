import Autograd
import Foundation

/// Metrics of regression, such as the arousal of a clip. NaN where a metric is undefined.
public struct RegressionMetrics: Sendable {
    /// The true values.
    public let truths: [Double]
    /// The predicted values.
    public let predictions: [Double]

    /// Pairs true and predicted values. Throws an `InputError` if their numbers differ or a value is not finite.
    public init(truths: [Double], predictions: [Double]) throws(InputError) {
        guard truths.count == predictions.count else {
            throw InputError(
                "\(truths.count) true and \(predictions.count) predicted values; expected the same number")
        }
        guard (truths + predictions).allSatisfy(\.isFinite) else {
            throw InputError("a value that is not a finite number")
        }
        (self.truths, self.predictions) = (truths, predictions)
    }

    init(unchecked truths: [Double], _ predictions: [Double]) {
        (self.truths, self.predictions) = (truths, predictions)
    }

    /// The concordance correlation coefficient (Lin 1989), with biased variances as in the AVEC challenges:
    /// 2 cov / (var + var + (mean - mean)²).
    public var concordance: Double {
        let moments = moments
        let sum = moments.truth + moments.prediction + moments.shift * moments.shift
        return sum > 0 ? 2 * moments.both / sum : .nan
    }

    /// Pearson's correlation coefficient.
    public var pearson: Double {
        let moments = moments
        let product = moments.truth.squareRoot() * moments.prediction.squareRoot()
        return product > 0 ? min(max(moments.both / product, -1), 1) : .nan
    }

    /// Spearman's rank correlation coefficient; equal values share their mean rank.
    public var spearman: Double {
        RegressionMetrics(unchecked: Self.ranks(truths), Self.ranks(predictions)).pearson
    }

    /// The mean absolute error.
    public var meanAbsoluteError: Double { mean { abs($0) } }

    /// The root mean squared error.
    public var rootMeanSquaredError: Double { mean { $0 * $0 }.squareRoot() }

    /// The coefficient of determination, R².
    public var determination: Double {
        let moments = moments
        return moments.truth > 0 ? 1 - mean { $0 * $0 } / moments.truth : .nan
    }

    private func mean(_ value: (Double) -> Double) -> Double {
        zip(truths, predictions).reduce(0) { $0 + value($1.1 - $1.0) } / Double(truths.count)
    }

    /// Biased variances and covariance, and the difference of the means.
    private var moments: (truth: Double, prediction: Double, both: Double, shift: Double) {
        let count = Double(truths.count)
        let (a, b) = (truths.reduce(0, +) / count, predictions.reduce(0, +) / count)
        var (truth, prediction, both) = (0.0, 0.0, 0.0)
        for (x, y) in zip(truths, predictions) {
            truth += (x - a) * (x - a)
            prediction += (y - b) * (y - b)
            both += (x - a) * (y - b)
        }
        return (truth / count, prediction / count, both / count, b - a)
    }

    /// The ranks of values from 1; equal values share the mean of their ranks.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = Array(repeating: 0.0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
            start = end
        }
        return ranks
    }
}
