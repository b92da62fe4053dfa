import Autograd
import Foundation
import Layers
import Metrics

extension Predictions {
    /// The weighted mean of the probabilities of several models for the same examples.
    ///
    /// - Parameters:
    ///   - parts: The predictions of each model, with the same classes and examples.
    ///   - shares: The normalized weight of each model; their sum is 1.
    ///   - loss: The loss whose mean over the examples becomes `meanLoss`.
    static func voting(
        _ parts: [Predictions], shares: [Double], loss: any LossSpec
    ) throws -> Predictions {
        var all = parts[0]
        for row in all.ids.indices {
            all.probabilities[row] = all.classes.indices.map { label in
                zip(parts, shares).reduce(0) { $0 + $1.0.probabilities[row][label] * $1.1 }
            }
        }
        let logs = all.probabilities.joined().map { Real(log(max($0, EstimatorOutputs.leastProbability))) }
        let outputs = Tensor(logs, shape: [all.ids.count, all.classes.count])
        let mean = withoutRecording { loss.mean(outputs, .classes(Indices(all.truths))) }
        all.meanLoss = Double(mean.item())
        return all
    }
}
