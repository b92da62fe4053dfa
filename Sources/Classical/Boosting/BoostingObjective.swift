import Foundation

/// A loss that gradient boosting minimizes.
///
/// Scores and derivatives are stored output by output: that of row `i` and output `k` is at `k * rows + i`.
protocol BoostingObjective: Sendable {
    /// The number of outputs, and of trees in each iteration.
    var outputs: Int { get }
    /// The number of rows.
    var rows: Int { get }

    /// The best constant score of each output.
    func baseline() -> [Double]

    /// Computes the first and second derivatives of the loss of some rows.
    func derivatives(
        _ scores: UnsafePointer<Double>, _ range: Range<Int>, _ first: UnsafeMutablePointer<Float>,
        _ second: UnsafeMutablePointer<Float>)

    /// The sum of the losses of some rows, and of their weights.
    func loss(_ scores: UnsafePointer<Double>, _ range: Range<Int>) -> (sum: Double, weight: Double)
}

/// The cross-entropy of more than two classes.
struct SoftmaxObjective: BoostingObjective {
    let outputs: Int
    let labels: [Int]
    let weights: [Double]?

    var rows: Int { labels.count }

    func baseline() -> [Double] {
        var sums = Array(repeating: 0.0, count: outputs)
        for (row, label) in labels.enumerated() { sums[label] += weights?[row] ?? 1 }
        let total = sums.reduce(0, +)
        return sums.map { log(max($0 / total, 1e-15)) }
    }

    func derivatives(
        _ scores: UnsafePointer<Double>, _ range: Range<Int>, _ first: UnsafeMutablePointer<Float>,
        _ second: UnsafeMutablePointer<Float>
    ) {
        let factor = Float(outputs) / Float(outputs - 1)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * range.count) { buffer in
            guard let largest = buffer.baseAddress else { return }
            let sums = largest + range.count
            for i in 0..<range.count { largest[i] = Float(scores[range.lowerBound + i]) }
            for output in 1..<outputs {
                let scores = scores + output * rows + range.lowerBound
                for i in 0..<range.count { largest[i] = max(largest[i], Float(scores[i])) }
            }
            sums.initialize(repeating: 0, count: range.count)
            for output in 0..<outputs {
                let start = output * rows + range.lowerBound
                let (scores, first) = (scores + start, first + start)
                for i in 0..<range.count {
                    let value = exponential(Float(scores[i]) - largest[i])
                    first[i] = value
                    sums[i] += value
                }
            }
            for i in 0..<range.count { sums[i] = 1 / sums[i] }
            for output in 0..<outputs {
                let start = output * rows + range.lowerBound
                let (first, second) = (first + start, second + start)
                for i in 0..<range.count {
                    let share = first[i] * sums[i]
                    first[i] = share
                    second[i] = factor * share * (1 - share)
                }
            }
        }
        for row in range { first[labels[row] * rows + row] -= 1 }
        scale(first, second, outputs, rows, range, weights)
    }

    func loss(_ scores: UnsafePointer<Double>, _ range: Range<Int>) -> (sum: Double, weight: Double) {
        var (total, weight) = (0.0, 0.0)
        for row in range {
            var largest = -Double.infinity
            for output in 0..<outputs { largest = max(largest, scores[output * rows + row]) }
            var sum = 0.0
            for output in 0..<outputs { sum += exp(scores[output * rows + row] - largest) }
            let rowWeight = weights?[row] ?? 1
            total += rowWeight * (log(sum) + largest - scores[labels[row] * rows + row])
            weight += rowWeight
        }
        return (total, weight)
    }
}

/// The cross-entropy of two classes.
struct LogisticObjective: BoostingObjective {
    let outputs = 1
    let labels: [Int]
    let weights: [Double]?

    var rows: Int { labels.count }

    func baseline() -> [Double] {
        var (positive, total) = (0.0, 0.0)
        for (row, label) in labels.enumerated() {
            positive += Double(label) * (weights?[row] ?? 1)
            total += weights?[row] ?? 1
        }
        let share = min(max(positive / total, 1e-15), 1 - 1e-15)
        return [log(share / (1 - share))]
    }

    func derivatives(
        _ scores: UnsafePointer<Double>, _ range: Range<Int>, _ first: UnsafeMutablePointer<Float>,
        _ second: UnsafeMutablePointer<Float>
    ) {
        for row in range {
            let share = 1 / (1 + exponential(-Float(scores[row])))
            first[row] = share - Float(labels[row])
            second[row] = share * (1 - share)
        }
        scale(first, second, 1, rows, range, weights)
    }

    func loss(_ scores: UnsafePointer<Double>, _ range: Range<Int>) -> (sum: Double, weight: Double) {
        var (total, weight) = (0.0, 0.0)
        for row in range {
            let margin = labels[row] == 1 ? scores[row] : -scores[row]
            let rowWeight = weights?[row] ?? 1
            total += rowWeight * (max(0, -margin) + log1p(exp(-abs(margin))))
            weight += rowWeight
        }
        return (total, weight)
    }
}

/// Half the squared error. The reported loss is the mean squared error, as in LightGBM.
struct SquaredErrorObjective: BoostingObjective {
    let outputs = 1
    let targets: [Double]
    let weights: [Double]?

    var rows: Int { targets.count }

    func baseline() -> [Double] {
        var (sum, total) = (0.0, 0.0)
        for (row, target) in targets.enumerated() {
            sum += target * (weights?[row] ?? 1)
            total += weights?[row] ?? 1
        }
        return [sum / total]
    }

    func derivatives(
        _ scores: UnsafePointer<Double>, _ range: Range<Int>, _ first: UnsafeMutablePointer<Float>,
        _ second: UnsafeMutablePointer<Float>
    ) {
        for row in range {
            first[row] = Float(scores[row] - targets[row])
            second[row] = 1
        }
        scale(first, second, 1, rows, range, weights)
    }

    func loss(_ scores: UnsafePointer<Double>, _ range: Range<Int>) -> (sum: Double, weight: Double) {
        var (total, weight) = (0.0, 0.0)
        for row in range {
            let error = scores[row] - targets[row]
            let rowWeight = weights?[row] ?? 1
            total += rowWeight * error * error
            weight += rowWeight
        }
        return (total, weight)
    }
}

/// Multiplies derivatives by the weights of the rows.
private func scale(
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>, _ outputs: Int, _ rows: Int,
    _ range: Range<Int>, _ weights: [Double]?
) {
    guard let weights else { return }
    for output in 0..<outputs {
        for row in range {
            first[output * rows + row] *= Float(weights[row])
            second[output * rows + row] *= Float(weights[row])
        }
    }
}

/// Returns e to the power of a value, with a relative error below 3e-7. A loop of it is vectorized.
@inline(__always)
private func exponential(_ value: Float) -> Float {
    let clamped = max(-87, min(87, value))
    let scaled = clamped * 1.442_695_04
    let whole = (scaled + 12_582_912) - 12_582_912
    // The remainder in two steps, for precision.
    let rest = (clamped - whole * 0.693_359_375) + whole * 2.121_944_4e-4
    var sum: Float = 1.987_569_1e-4
    sum = sum * rest + 1.398_199_95e-3
    sum = sum * rest + 8.333_451_9e-3
    sum = sum * rest + 4.166_579_6e-2
    sum = sum * rest + 0.166_666_65
    sum = sum * rest + 0.5
    sum = sum * rest * rest + rest + 1
    return sum * Float(bitPattern: UInt32(bitPattern: (Int32(whole) &+ 127) &<< 23))
}
