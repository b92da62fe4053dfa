import Autograd
import Configuration
import Layers
import Reports

/// How the members of an ensemble vote.
public struct EnsembleVote: Sendable, Equatable {
    /// The voting rule.
    public var rule: Voting.Rule
    /// One positive weight per member, on any scale; nil for equal weights.
    public var weights: [Double]?

    /// Creates a vote; by default the mean of the logits.
    public init(_ rule: Voting.Rule = .logits, weights: [Double]? = nil) {
        (self.rule, self.weights) = (rule, weights)
    }

    /// The normalized weights of some members; their sum is 1.
    public func shares(_ count: Int) -> [Double] {
        let weights = weights ?? Array(repeating: 1, count: count)
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// A description of the vote.
    public var summary: String {
        "averages the \(rule == .soft ? "class probabilities" : "logits") of its models"
            + (weights.map { " with the weights \($0.map { NumberText.short($0) }.joined(separator: ", "))" }
                ?? "")
    }

    /// Throws a `FileError` if the weights do not fit the members, or if one has no probabilities to vote with.
    func check(_ files: [String], _ members: [any LayerSpec]) throws(FileError) {
        if let weights {
            guard weights.count == members.count, weights.allSatisfy({ (1e-6...1e6).contains($0) }) else {
                throw FileError(
                    file: files[0], place: "the weights of the ensemble",
                    found: weights.map { "\($0)" }.joined(separator: ", "),
                    allowed: "\(members.count) positive numbers, one per model")
            }
        }
        guard rule == .soft else { return }
        for (file, member) in zip(files, members) {
            guard let complaint = member.probabilityComplaint else { continue }
            throw FileError(
                file: file, place: "soft voting", found: complaint, allowed: "models with probabilities")
        }
    }
}
