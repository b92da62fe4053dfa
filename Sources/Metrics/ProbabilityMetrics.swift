import Foundation

/// Metrics of predicted probabilities: one row of numbers per example, one number per class.
public struct ProbabilityMetrics: Sendable {
    /// A row for each example, a number for each class.
    public let probabilities: [[Double]]
    /// The class of each example, from 0.
    public let truths: [Int]
    private let classCount: Int

    /// Fails with a `MetricProblem` where the sizes differ, a truth is no class or a probability is no number.
    public init(probabilities: [[Double]], truths: [Int], classes: Int) throws(MetricProblem) {
        guard probabilities.count == truths.count else {
            throw MetricProblem(
                "\(probabilities.count) rows of probabilities and \(truths.count) truths; expected as many")
        }
        for (row, (numbers, truth)) in zip(probabilities, truths).enumerated() {
            guard numbers.count == classes else {
                throw MetricProblem("row \(row) has \(numbers.count) probabilities; expected \(classes)")
            }
            guard (0..<classes).contains(truth) else {
                throw MetricProblem("row \(row) has truth \(truth); expected a class number below \(classes)")
            }
            guard numbers.allSatisfy(\.isFinite) else {
                throw MetricProblem("row \(row) has a probability that is not a finite number")
            }
        }
        self.probabilities = probabilities
        self.truths = truths
        classCount = classes
    }

    /// Metrics of no examples.
    package static var none: ProbabilityMetrics { ProbabilityMetrics() }

    private init() { (probabilities, truths, classCount) = ([], [], 0) }

    /// The most probable class of each example, the first of equal ones.
    public var predictions: [Int] {
        probabilities.map { row in row.indices.max { row[$0] < row[$1] || row[$0] == row[$1] && $0 > $1 } ?? 0
        }
    }

    /// The part of examples whose truth is among the k most probable classes; of equal ones the later count as more
    /// probable, as in scikit-learn.
    public func topAccuracy(_ k: Int) -> Double {
        mean(
            zip(probabilities, truths).map { row, truth in
                let above = row.indices.filter {
                    row[$0] > row[truth] || row[$0] == row[truth] && $0 > truth
                }
                return above.count < k ? 1 : 0
            })
    }

    /// The mean of -log p(truth), the rows scaled to sum 1 and probabilities kept off 0.
    public var logLoss: Double {
        mean(
            zip(probabilities, truths).map { row, truth in
                let sum = row.reduce(0, +)
                let p = sum > 0 ? row[truth] / sum : 0
                return -Foundation.log(min(max(p, 1e-15), 1))
            })
    }

    /// The mean squared distance between the row of probabilities and the truth (Brier score).
    public var brier: Double {
        mean(
            zip(probabilities, truths).map { row, truth in
                row.enumerated().reduce(0) {
                    $0 + ($1.element - ($1.offset == truth ? 1 : 0))
                        * ($1.element - ($1.offset == truth ? 1 : 0))
                }
            })
    }

    /// The expected calibration error: how far confidence and accuracy are apart in bins (lo, hi] of equal width.
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

    /// The area under the ROC curve of each class against the rest, plain mean. Nil where a class has no examples, or
    /// nothing else has.
    public var areaUnderROC: Double? {
        var areas: [Double] = []
        for label in 0..<classCount {
            let positives = truths.filter { $0 == label }.count
            let negatives = truths.count - positives
            guard positives > 0, negatives > 0 else { return nil }
            // Mann and Whitney: from the ranks of the positives, ties sharing theirs.
            let order = probabilities.indices.sorted { probabilities[$0][label] < probabilities[$1][label] }
            var (rankSum, at) = (0.0, 0)
            while at < order.count {
                var end = at
                while end < order.count, probabilities[order[end]][label] == probabilities[order[at]][label] {
                    end += 1
                }
                let shared = Double(at + 1 + end) / 2
                rankSum += shared * Double(order[at..<end].filter { truths[$0] == label }.count)
                at = end
            }
            let least = Double(positives * (positives + 1)) / 2
            areas.append((rankSum - least) / (Double(positives) * Double(negatives)))
        }
        return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
    }

    /// The average precision of each class against the rest, plain mean; 0 for a class without examples.
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
