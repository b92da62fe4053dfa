import Foundation

/// Temperature scaling (Guo et al. 2017): one factor for all logits, which makes the probabilities of a classifier fit the frequencies
/// of validation clips. It changes no decision.
public enum TemperatureScaling {
    /// Returns the temperature from 0.05 to 20 that minimizes the log loss of predictions: logits are divided by it.
    /// nil without examples.
    public static func temperature(of predictions: Predictions) -> Double? {
        guard predictions.task == .classification, !predictions.truths.isEmpty else { return nil }
        let logs = predictions.probabilities.map { $0.map { log(max($0, 1e-30)) } }
        func loss(_ t: Double) -> Double {
            let power = exp(-t)
            return zip(logs, predictions.truths).reduce(0) { sum, row in
                let scaled = row.0.map { $0 * power }
                let largest = scaled.max() ?? 0
                return sum + log(scaled.reduce(0) { $0 + exp($1 - largest) }) + largest - scaled[row.1]
            }
        }
        // The loss is convex in the inverse temperature, so it has one minimum in its logarithm.
        var (low, high) = (log(0.05), log(20.0))
        let ratio = (5.0.squareRoot() - 1) / 2
        for _ in 0..<80 {
            let (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
            if loss(a) <= loss(b) { high = b } else { low = a }
        }
        return exp((low + high) / 2)
    }
}
