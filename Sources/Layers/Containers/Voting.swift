import Autograd
import Configuration
import Foundation

/// An ensemble of classifiers on the same input, which vote with weights.
public final class Voting: Layer {
    /// The voting rule.
    public enum Rule: String, CaseIterable, ConfigurationValue {
        /// Class probabilities: the weighted arithmetic mean.
        case soft
        /// Logits: the weighted mean, a geometric mean of probabilities.
        case logits
    }

    /// The options: any input that fits all classifiers; the output is [classes], log-probabilities for soft voting.
    public struct Spec: LayerSpec {
        public var estimators: [AnyLayer] = []
        public var voting = Rule.soft
        public var weights: [Double]?

        public static let type = "voting"
        public static let summary =
            "Ensemble of separately fitted classifiers on the same input (scikit-learn's VotingClassifier)."
        public static let fields: [Field<Self>] = [
            .init(
                "estimators", \.estimators, "Classifiers that all receive the same input.", .required,
                .notEmpty),
            .init(
                "voting", \.voting,
                "`soft`: the weighted mean of the class probabilities; `logits`: the weighted mean of the outputs before softmax."
            ),
            .init(
                "weights", \.weights,
                "One positive weight per classifier, which need not sum to 1; `null` for equal weights."),
        ]

        public init() {}
        /// Creates the options from the classifiers, with equal weights unless given.
        public init(_ estimators: [any LayerSpec], voting: Rule = .soft, weights: [Double]? = nil) {
            self.estimators = estimators.map { AnyLayer($0) }
            (self.voting, self.weights) = (voting, weights)
        }

        public var validationIssues: [ValidationIssue] {
            var issues: [ValidationIssue] = []
            if let weights, weights.count != estimators.count {
                issues.append(
                    ValidationIssue(
                        "weights",
                        "expected \(estimators.count), one per classifier, found \(weights.count)"))
            }
            for (index, weight) in (weights ?? []).enumerated() where !(1e-6...1e6).contains(weight) {
                issues.append(
                    ValidationIssue(
                        at: [.key("weights"), .index(index)],
                        "expected a number from 0.000001 to 1000000, found \(weight)"))
            }
            guard voting == .soft else { return issues }
            for (index, estimator) in estimators.enumerated() {
                guard let complaint = estimator.value.probabilityComplaint else { continue }
                issues.append(ValidationIssue(at: [.key("estimators"), .index(index)], complaint))
            }
            return issues
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            var whole = try estimators.parallelPlan(input, key: "estimators")
            whole.output = try Joining.average.shape(whole.parts.map(\.plan.output))
            guard whole.output.count == 1 else {
                throw LayerError(
                    "\(Self.type) expects classifiers with outputs of shape [classes], found \(whole.output)")
            }
            return whole
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return Voting(self, try estimators.parallelLayers(input, generator, key: "estimators"))
        }
    }

    private let options: Spec
    /// The classifiers, named "0", "1", ... within the names of parameters.
    public let estimators: [any Layer]

    public var spec: any LayerSpec { options }
    public var members: [Member] { estimators.enumerated().map { .layer(String($0), $1) } }
    /// The rule of voting.
    public var rule: Rule { options.voting }
    /// The share of each classifier; their sum is 1.
    public var shares: [Double] {
        let weights = options.weights ?? estimators.map { _ in 1 }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    init(_ spec: Spec, _ estimators: [any Layer]) { (options, self.estimators) = (spec, estimators) }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let outputs = estimators.map { pass.run($0, x).tensor }
        switch rule {
        case .logits:
            let parts = zip(outputs, shares).map { $0 * Real($1) }
            return Signal(parts.dropFirst().reduce(parts[0], +))
        case .soft:
            let parts = zip(outputs, shares).map { $0.logSoftmax(axis: -1) + log(Real($1)) }
            return Signal(stack(parts, axis: 0).logSumExp(axis: 0))
        }
    }
}

extension LayerSpec {
    /// The reason why the outputs of a classifier are not log-probabilities, which soft voting requires; nil if they are.
    public var probabilityComplaint: String? {
        switch self {
        case let classifier as any ClassifierSpec: classifier.decisionValues
        case let sequential as Sequential.Spec: sequential.layers.last?.value.probabilityComplaint
        default: nil
        }
    }
}
