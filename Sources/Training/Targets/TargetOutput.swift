import Configuration
import Foundation
import Metrics

/// The outputs of a model for one of its targets, and what they mean. A model file lists them.
public struct TargetOutput: Options, Equatable {
    /// The kinds of targets.
    public enum Kind: String, CaseIterable, ConfigurationValue {
        /// One of several classes: a logit for each, with softmax.
        case classification
        /// A number: one output, which is multiplied by `scale` and added to `offset`.
        case regression
        /// Any number of labels: a logit for each, with a sigmoid.
        case multiLabel = "multi_label"
        /// One of several ordered classes: a logit for each but the lowest, with a sigmoid, for the probability of a higher class.
        case ordinal
    }

    /// The role of a target in training.
    public enum Role: String, CaseIterable, ConfigurationValue {
        /// The target counts towards metrics.
        case main
        /// The target only helps to train the others.
        case auxiliary
        /// The model shall not know the target: see the layer `gradient_reversal`.
        case adversarial
    }

    public var name = ""
    public var kind = Kind.regression
    public var role = Role.main
    public var classes: [String] = []
    public var offset = 0.0
    public var scale = 1.0
    public var hasVotes = false
    public var logVariance: Double?

    public static let summary = "The outputs of a model for a target."
    public static let fields: [Field<Self>] = [
        .init("name", \.name, "Name of the target.", .required, .notEmpty),
        .init("kind", \.kind, "What the outputs mean.", .required),
        .init("role", \.role, "Role of the target in training."),
        .init("classes", \.classes, "Classes, labels or levels in the order of the outputs."),
        .init("offset", \.offset, "Regression: the value that corresponds to an output of 0."),
        .init("scale", \.scale, "Regression: the change in the value per unit of output.", .above(0)),
        .init("has_votes", \.hasVotes, "Whether the targets are distributions of annotators' votes."),
        .init(
            "log_variance", \.logVariance,
            "Logarithm of the variance that weights the loss of the target, if it is learned; `null` for fixed weights."
        ),
    ]

    public init() {}

    /// Creates the outputs of a target.
    public init(_ name: String, _ kind: Kind, role: Role = .main, classes: [String] = []) {
        (self.name, self.kind, self.role, self.classes) = (name, kind, role, classes)
    }

    public var validationIssues: [ValidationIssue] {
        let fewest = kind == .regression ? 0 : kind == .multiLabel ? 1 : 2
        guard classes.count < fewest || Set(classes).count < classes.count else { return [] }
        return [ValidationIssue("classes", "expected at least \(fewest) different names")]
    }

    /// The number of outputs, which is also the number of target values of an example.
    public var count: Int {
        switch kind {
        case .classification, .multiLabel: classes.count
        case .regression: 1
        case .ordinal: max(classes.count - 1, 0)
        }
    }

    /// The task whose metrics apply.
    public var task: Predictions.Task {
        switch kind {
        case .classification, .ordinal: .classification
        case .regression: .regression
        case .multiLabel: .multiLabel
        }
    }

    /// Returns the probabilities of the classes or labels for the outputs of an example; empty for a regression.
    public func probabilities(_ outputs: some Collection<Double>) -> [Double] {
        switch kind {
        case .classification:
            let largest = outputs.max() ?? 0
            let powers = outputs.map { exp($0 - largest) }
            let sum = powers.reduce(0, +)
            return powers.map { $0 / sum }
        case .multiLabel: return outputs.map(Self.sigmoid)
        case .ordinal:
            // Chances of a higher level cannot rise with the level.
            var higher = 1.0
            var found: [Double] = []
            for output in outputs {
                let next = min(higher, Self.sigmoid(output))
                found.append(higher - next)
                higher = next
            }
            return found + [higher]
        case .regression: return []
        }
    }

    /// Returns the predicted value of a regression for the output of an example.
    public func value(_ outputs: some Collection<Double>) -> Double {
        offset + scale * (outputs.first ?? .nan)
    }

    private static func sigmoid(_ x: Double) -> Double {
        x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
    }
}

extension [TargetOutput] {
    /// The number of outputs of all targets.
    public var outputCount: Int { reduce(0) { $0 + $1.count } }

    /// The outputs of each target among those of the model.
    public var ranges: [Range<Int>] {
        var start = 0
        return map { target in
            defer { start += target.count }
            return start..<start + target.count
        }
    }
}
