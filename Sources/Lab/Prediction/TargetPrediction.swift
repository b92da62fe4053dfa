import Configuration
import Metrics
import Reports
import Training

/// The prediction of a model for one of its targets.
public struct TargetPrediction: Sendable {
    /// The outputs of the target, and what they mean.
    public let target: TargetOutput
    /// The predicted value of a regression; nil for other targets.
    public let value: Double?
    /// The probability of each class or label; empty for a regression.
    public let probabilities: [Double]
    /// How the class or the labels are decided; nil for the usual decision.
    private let rule: DecisionRule?

    /// Interprets the outputs of a model for a target.
    init(_ target: TargetOutput, outputs: some Collection<Double>, rule: DecisionRule?) {
        (self.target, self.rule) = (target, rule)
        value = target.kind == .regression ? target.value(outputs) : nil
        probabilities = target.probabilities(outputs)
    }

    /// The predicted value, class, or labels.
    public var text: String {
        if let value { return NumberText.fixed(value) }
        return target.kind == .multiLabel ? labels.joined(separator: " ") : target.classes[best]
    }

    /// The decided class, or the most probable label.
    var best: Int { DecisionRule.decision(probabilities, rule) }
    private var labels: [String] {
        zip(target.classes, DecisionRule.labels(probabilities, rule)).filter(\.1).map(\.0)
    }

    /// The value of a regression; the label and the probabilities of classes; the labels and their probabilities. With conformal
    /// prediction, also the interval or the set.
    func json(_ decisions: RunDecisions) -> JSONValue {
        let conformal = decisions[target.name]?.conformal
        if let value {
            guard let conformal else { return value.encode() }
            let bounds =
                conformal.limit.isFinite
                ? [value - conformal.limit, value + conformal.limit].encode() : JSONValue.null
            return ["value": value.encode(), "interval": bounds]
        }
        let shares = JSONValue(
            .object(zip(target.classes, probabilities).map { JSONMember($0, $1.encode()) }))
        guard target.kind == .multiLabel else {
            var line: JSONValue = ["label": target.classes[best].encode(), "probabilities": shares]
            if let conformal {
                line["prediction_set"] = conformal.classes(probabilities).map { target.classes[$0] }.encode()
            }
            return line
        }
        return ["labels": labels.encode(), "probabilities": shares]
    }
}

extension [TargetOutput] {
    /// The names of the columns of predictions.
    public var predictionColumns: [String] {
        flatMap { target in [target.name] + target.classes.map { "\(target.name).p.\($0)" } }
    }
}

extension Predictor.Prediction {
    /// The prediction for each target of a model with targets; empty for a model of classes.
    public var targets: [TargetPrediction] {
        zip(outputs, outputs.ranges).enumerated().map { index, pair in
            TargetPrediction(
                pair.0, outputs: logits[pair.1], rule: rules.isEmpty ? nil : rules[index])
        }
    }

    /// The texts of the columns `predictionColumns`.
    public var targetCells: [String] {
        targets.flatMap { [$0.text] + $0.probabilities.map { "\(Float($0))" } }
    }
}
