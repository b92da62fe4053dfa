import Autograd
import Configuration
import Layers
import Metrics

extension Ensemble {
    /// A note that an ensemble of models does not use their decision rules, and which rule it uses, without a period; nil if no model
    /// has a rule.
    public static func decisionNote(_ paths: [String]) throws -> String? {
        let rules = try paths.flatMap { path -> [DecisionRule] in
            let decisions = try ModelFile.card(RunFile.modelFile(path))?.decisions
            return try decisions.map { try RunDecisions.decode($0) }?.targets.compactMap(\.rule) ?? []
        }
        guard !rules.isEmpty else { return nil }
        var words: [String] = []
        if rules.contains(where: { !$0.isOfLabels }) { words.append("the most probable class") }
        if rules.contains(where: \.isOfLabels) { words.append("labels with a probability of at least 0.5") }
        return
            "the decision rules of the models (evaluation.thresholds) are not used: an ensemble predicts \(words.joined(separator: " and "))"
    }
}

extension DecisionRule {
    /// Whether the rule decides for labels, not for a class.
    fileprivate var isOfLabels: Bool {
        if case .thresholds = self { true } else { false }
    }
}
