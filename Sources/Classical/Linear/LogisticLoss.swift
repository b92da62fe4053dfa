import Autograd
import CKernels
import Foundation

/// The mean logistic loss of a linear model and its gradient. The parameters are the weights, [outputs, features],
/// followed by the biases; two classes have a single output.
struct LogisticLoss: Sendable {
    private let x: Matrix
    private let labels: [Int]
    /// The weight of each row, divided by their sum.
    private let weights: [Double]
    let outputs: Int
    let hasBias: Bool

    init(_ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, hasBias: Bool) {
        (self.x, self.labels, self.hasBias) = (x, labels, hasBias)
        outputs = classes == 2 ? 1 : classes
        let weights = weights ?? Array(repeating: 1, count: x.rows)
        let total = weights.reduce(0, +)
        self.weights = weights.map { $0 / total }
    }

    /// The number of weights.
    var weightCount: Int { outputs * x.columns }

    /// The number of parameters.
    var count: Int { weightCount + (hasBias ? outputs : 0) }

    private static let chunk = 256

    /// Returns the loss and sets its gradient.
    func evaluate(_ parameters: [Double], _ gradient: inout [Double]) -> Double {
        let (features, outputs, rows) = (x.columns, outputs, x.rows)
        let weight = Matrix(rows: outputs, columns: features, values: Array(parameters[..<weightCount]))
        let bias = hasBias ? Array(parameters[weightCount...]) : Array(repeating: 0, count: outputs)
        let factor = RightFactor(transposed: weight)
        let chunks = (rows + LogisticLoss.chunk - 1) / LogisticLoss.chunk
        var losses = [Double](repeating: 0, count: chunks)
        // One gradient per chunk, added in order.
        let size = weightCount + outputs
        var partial = [Double](repeating: 0, count: chunks * size)
        losses.withUnsafeMutableBufferPointer { losses in
            partial.withUnsafeMutableBufferPointer { partial in
                x.values.withUnsafeBufferPointer { values in
                    factor.withFactor { factor in
                        guard let values = values.baseAddress, let partial = partial.baseAddress else {
                            return
                        }
                        Parallel.chunks(chunks) { chunk in
                            let first = chunk * LogisticLoss.chunk
                            let count = min(LogisticLoss.chunk, rows - first)
                            let block = values + first * features
                            let target = partial + chunk * size
                            withUnsafeTemporaryAllocation(of: Double.self, capacity: count * outputs) {
                                residuals in
                                guard let mine = residuals.baseAddress else { return }
                                factor.multiply(block, rows: count, rowStep: features, bias: bias, into: mine)
                                for row in 0..<count {
                                    let line = mine + row * outputs
                                    losses[chunk] += replaceByGradient(line, first + row)
                                    for output in 0..<outputs {
                                        target[outputs * features + output] += line[output]
                                    }
                                }
                                LogisticLoss.addProducts(mine, outputs, block, features, count, to: target)
                            }
                        }
                    }
                }
            }
        }
        for index in gradient.indices {
            gradient[index] = (0..<chunks).reduce(0) { $0 + partial[$1 * size + index] }
        }
        return losses.reduce(0, +)
    }

    /// Replaces the outputs of a row by the gradient of its loss, which is returned.
    @inline(__always)
    private func replaceByGradient(_ line: UnsafeMutablePointer<Double>, _ row: Int) -> Double {
        let (label, weight) = (labels[row], weights[row])
        if outputs == 1 {
            let value = line[0]
            let small = exp(-abs(value))
            let probability = value >= 0 ? 1 / (1 + small) : small / (1 + small)
            line[0] = weight * (probability - (label == 1 ? 1 : 0))
            return weight * (log1p(small) + max(value, 0) - (label == 1 ? value : 0))
        }
        var largest = line[0]
        for output in 1..<outputs { largest = max(largest, line[output]) }
        let right = line[label]
        var sum = 0.0
        for output in 0..<outputs {
            line[output] = exp(line[output] - largest)
            sum += line[output]
        }
        for output in 0..<outputs { line[output] *= weight / sum }
        line[label] -= weight
        return weight * (log(sum) + largest - right)
    }

    /// Adds residualsᵀ x.
    private static func addProducts(
        _ residuals: UnsafePointer<Double>, _ outputs: Int, _ x: UnsafePointer<Double>, _ features: Int,
        _ rows: Int,
        to target: UnsafeMutablePointer<Double>
    ) {
        ck_product(
            1, outputs, features, rows, residuals, 0, 1, outputs, x, features, 0, 0, nil, 0, 0, target, 0,
            features, 0)
    }
}
