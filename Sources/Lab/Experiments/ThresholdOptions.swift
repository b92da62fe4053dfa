import Configuration
import Metrics

/// How classes and labels are decided from probabilities: the option `thresholds` of the evaluation.
public struct ThresholdOptions: Options {
    /// The metrics that thresholds of labels can maximize.
    public enum LabelObjective: String, CaseIterable, ConfigurationValue {
        case f1
    }

    public var labels: LabelObjective?
    public var classes: DecisionRule.ClassObjective?
    public var costs = Named<Named<Double>>()

    public static let summary =
        "Decision rules other than the most probable class and a threshold of 0.5, fitted on the validation set."
    public static let fields: [Field<Self>] = [
        .init(
            "labels", \.labels,
            "`f1` sets the threshold of each label of a `multi_label` target to the one that maximizes the F1 score of the label; `null` keeps 0.5."
        ),
        .init(
            "classes", \.classes,
            "Metric to maximize by weighting the classes of each classification target: the predicted class has the largest product of probability and weight; `null` predicts the most probable class."
        ),
        .init(
            "costs", \.costs,
            "Misclassification costs by true and predicted class, such as {\"angry\": {\"neutral\": 5}}; 1 for other errors, 0 for correct predictions. The predicted class has the lowest expected cost. The costs apply to the class, or to the first main classification target, and nothing is fitted; use them with \"calibration\"."
        ),
    ]

    public init() {}

    public var validationIssues: [ValidationIssue] {
        var issues: [ValidationIssue] = []
        if classes != nil, !costs.entries.isEmpty {
            issues.append(
                ValidationIssue("costs", "conflicts with \"classes\", which weights the classes; remove one"))
        }
        if labels == nil, classes == nil, costs.entries.isEmpty {
            issues.append(
                ValidationIssue(
                    "classes",
                    "expected \"labels\", \"classes\" or \"costs\", found none; remove \"thresholds\" to keep the default decisions"
                ))
        }
        for row in costs.entries {
            for entry in row.value.entries where !(0...1e9).contains(entry.value) {
                issues.append(
                    ValidationIssue(
                        at: [.key("costs"), .key(row.name), .key(entry.name)],
                        "expected a cost from 0 to 1000000000, found \(entry.value)"))
            }
        }
        return issues
    }

    /// Whether a fit needs the validation set.
    var isFitted: Bool { labels != nil || classes != nil }

    /// The classes that the costs name.
    var namedClasses: [String] { costs.entries.flatMap { [$0.name] + $0.value.entries.map(\.name) } }

    /// The rule of the costs for some classes; nil without costs.
    func costRule(_ classes: [String]) -> DecisionRule? {
        guard !costs.entries.isEmpty else { return nil }
        return .costs(
            classes.map { truth in
                classes.map { decided in costs[truth]?[decided] ?? (truth == decided ? 0 : 1) }
            })
    }

    /// Returns the rule for a target, fitted to its predictions for the validation set; nil for the usual decision.
    ///
    /// - Parameter hasCosts: Whether the costs apply to the target.
    func rule(_ predictions: Predictions, hasCosts: Bool) -> DecisionRule? {
        switch predictions.task {
        case .regression, .sequences, .frames: return nil
        case .multiLabel: return labels == nil ? nil : .thresholds(predictions)
        case .classification:
            if hasCosts, let rule = costRule(predictions.classes) { return rule }
            return classes.flatMap { .weights(predictions, maximizing: $0) }
        }
    }
}

extension DecisionRule.ClassObjective: ConfigurationValue {}
