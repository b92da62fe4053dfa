import Configuration
import Lab
import Layers

/// The options of an ensemble.
enum VotingOptions {
    static let voting = Option.choice(
        "voting", ["soft", "logits"],
        help:
            "Voting rule of the ensemble: logits (default) averages the outputs before the softmax, soft averages the class probabilities."
    )
    static let weights = Option(
        name: "weights", placeholder: "W,W,...",
        help: "Weight of each model in the vote, in the order of the models (default: equal weights).",
        read: { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { Double($0) }
            return numbers.count == parts.count && numbers.allSatisfy { (1e-6...1e6).contains($0) }
                ? numbers : nil
        }, expected: "positive numbers separated by commas, such as 2,1,1")
}

extension Arguments {
    /// Returns the vote that the options select. Throws a `UsageError` unless there is one weight per model.
    func vote(_ models: Int) throws -> EnsembleVote {
        let rule = self[VotingOptions.voting].flatMap { Voting.Rule(rawValue: $0) } ?? .logits
        let weights = self[VotingOptions.weights]
        if let weights, weights.count != models {
            throw UsageError("--weights: expected \(models), one per model, found \(weights.count)")
        }
        if models < 2 {
            for option in ["voting", "weights"] where has(option) {
                throw UsageError("--\(option) applies to an ensemble of several models")
            }
        }
        return EnsembleVote(rule, weights: weights)
    }
}
