import Autograd
import Foundation

/// Metrics of predicted probabilities.
public struct ProbabilityMetrics: Sendable {
    /// The probabilities, one row per example and one column per class.
    public let probabilities: [[Double]]
    /// The true class index of each example.
    public let truths: [Int]
    private let classCount: Int

    /// Creates the metrics. Throws an `InputError` if the sizes differ, a class index is invalid or a probability
    /// is not finite.
    public init(probabilities: [[Double]], truths: [Int], classes: Int) throws(InputError) {
        guard probabilities.count == truths.count else {
            throw InputError(
                "\(probabilities.count) rows of probabilities and \(truths.count) true classes; expected the same number"
            )
        }
        for (row, (numbers, truth)) in zip(probabilities, truths).enumerated() {
            guard numbers.count == classes else {
                throw InputError("row \(row) has \(numbers.count) probabilities; expected \(classes)")
            }
            guard (0..<classes).contains(truth) else {
                throw InputError(
                    "row \(row) has true class \(truth); expected a class index below \(classes)")
            }
            guard numbers.allSatisfy(\.isFinite) else {
                throw InputError("row \(row) has a probability that is not a finite number")
            }
        }
        self.probabilities = probabilities
        self.truths = truths
        classCount = classes
    }

    /// The most probable class of each example; the first one in a tie.
    public var predictions: [Int] {
        probabilities.map { row in row.indices.max { row[$0] < row[$1] || row[$0] == row[$1] && $0 > $1 } ?? 0
        }
    }

    /// Returns the top-k accuracy: the proportion of examples whose true class is among the k most probable
    /// classes. In a tie, later classes count as more probable, as in scikit-learn.
    public func topAccuracy(_ k: Int) -> Double {
        mean(
            zip(probabilities, truths).map { row, truth in
                let above = row.indices.filter {
                    row[$0] > row[truth] || row[$0] == row[truth] && $0 > truth
                }
                return above.count < k ? 1 : 0
            })
    }

    /// The log loss: the mean of -log p(true class), with rows normalized to sum 1 and probabilities clipped away
    /// from 0.
    public var logLoss: Double {
        mean(
            zip(probabilities, truths).map { row, truth in
                let sum = row.reduce(0, +)
                let p = sum > 0 ? row[truth] / sum : 0
                return -Foundation.log(min(max(p, 1e-15), 1))
            })
    }

    /// The Brier score: the mean squared distance between the probabilities and the one-hot true class.
    public var brier: Double {
        mean(
            zip(probabilities, truths).map { row, truth in
                row.enumerated().reduce(0) {
                    $0 + ($1.element - ($1.offset == truth ? 1 : 0))
                        * ($1.element - ($1.offset == truth ? 1 : 0))
                }
            })
    }

    /// Returns the expected calibration error: the mean difference between confidence and accuracy over bins (lo,
    /// hi] of equal width.
    public func calibrationError(bins: Int) -> Double {
        var (counts, right, confidence) = (
            [Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins),
            [Double](repeating: 0, count: bins)
        )
        for (row, (prediction, truth)) in zip(probabilities, zip(predictions, truths)) {
            let top = row[prediction]
            let bin = min(max(Int((top * Double(bins)).rounded(.up)) - 1, 0), bins - 1)
            counts[bin] += 1
            right[bin] += prediction == truth ? 1 : 0
            confidence[bin] += top
        }
        let gap = (0..<bins).reduce(0.0) { $0 + abs(right[$1] - confidence[$1]) }
        return truths.isEmpty ? 0 : gap / Double(truths.count)
    }

    /// The macro-averaged one-vs-rest area under the ROC curve, or nil if a class has no positive or no negative
    /// examples.
    public var areaUnderROC: Double? {
        RankedScores(probabilities, truths: truths, classes: classCount)
            .areaUnderROC(Array(repeating: 1, count: truths.count))
    }

    /// The macro-averaged one-vs-rest average precision; 0 for a class without examples.
    public var averagePrecision: Double {
        mean(
            (0..<classCount).map { label in
                let order = probabilities.indices.sorted {
                    probabilities[$0][label] > probabilities[$1][label]
                }
                let positives = truths.filter { $0 == label }.count
                guard positives > 0 else { return 0 }
                var (found, sum, at) = (0, 0.0, 0)
                while at < order.count {
                    var end = at
                    while end < order.count,
                        probabilities[order[end]][label] == probabilities[order[at]][label]
                    {
                        end += 1
                    }
                    let here = order[at..<end].filter { truths[$0] == label }.count
                    found += here
                    sum += Double(here) / Double(positives) * Double(found) / Double(end)
                    at = end
                }
                return sum
            })
    }

    private func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
