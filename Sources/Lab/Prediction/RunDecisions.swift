import Configuration
import Foundation
import Metrics
import Training

/// How decisions follow from the outputs of a trained model: temperatures and limits of conformal prediction, fitted on the validation
/// set. The file `decisions.json` of a run and the metadata of its model have them.
public struct RunDecisions: Options {
    /// The decisions of one target.
    public struct Target: Options {
        public var target = ""
        public var temperature: Double?
        public var coverage: Double?
        public var limit: Double?
        public var clips = 0
        public var weights: [Double]?
        public var costs: [[Double]]?
        public var thresholds: [Double]?

        public static let summary = "Calibrated decisions of one target."
        public static let fields: [Field<Self>] = [
            .init("target", \.target, "The target; \"class\" for a classifier.", .required),
            .init(
                "temperature", \.temperature,
                "The temperature that the logits were divided by; `null` for none.", .above(0)),
            .init(
                "coverage", \.coverage, "Target coverage of conformal prediction; `null` for none.",
                .above(0), .below(1)),
            .init(
                "limit", \.limit,
                "Largest nonconformity score that sets and intervals include: 1 minus the probability of a class, or the distance from the predicted value; `null` for no limit.",
                .atLeast(0)),
            .init("clips", \.clips, "Number of calibration clips.", .atLeast(0)),
            .init(
                "weights", \.weights,
                "The weight of the probability of each class in decisions; `null` for equal weights.",
                .above(0)
            ),
            .init(
                "costs", \.costs,
                "The cost of each decision for each true class; `null` for decisions without costs."),
            .init(
                "thresholds", \.thresholds, "The threshold of each label; `null` for 0.5.",
                .range(0...1)),
        ]
        public init() {}

        public var validationIssues: [ValidationIssue] {
            let isSquare = costs?.allSatisfy { $0.count == costs?.count && $0.allSatisfy(\.isFinite) } ?? true
            return isSquare ? [] : [ValidationIssue("costs", "expected a square matrix of numbers")]
        }

        /// How the class or the labels are decided; nil for the usual decision.
        public var rule: DecisionRule? {
            get {
                if let weights { return .weights(weights) }
                if let costs { return .costs(costs) }
                return thresholds.map { .thresholds($0) }
            }
            set {
                (weights, costs, thresholds) = (nil, nil, nil)
                switch newValue {
                case .weights(let values): weights = values
                case .costs(let values): costs = values
                case .thresholds(let values): thresholds = values
                case nil: break
                }
            }
        }

        /// The conformal predictor; nil without a coverage.
        public var conformal: ConformalPredictor? {
            coverage.map { ConformalPredictor(coverage: $0, limit: limit ?? .infinity) }
        }
    }

    public var targets: [Target] = []

    public static let summary =
        "Temperatures and limits of conformal prediction, fitted on the validation set."
    public static let fields: [Field<Self>] = [
        .init("targets", \.targets, "The decisions of each target.", .required)
    ]

    public init() {}

    /// Calibrates conformal prediction and fits thresholds with the predictions for the validation set.
    init(
        _ predictions: Predictions, temperatures: [Double?], coverage: Double?, thresholds: ThresholdOptions?
    ) {
        let parts =
            predictions.parts.isEmpty ? [PredictionPart("class", predictions)] : predictions.parts
        let first = parts.firstIndex { $0.isMain && $0.predictions.task == .classification }
        targets = parts.enumerated().map { index, part in
            var target = Target()
            target.target = part.name
            target.temperature = index < temperatures.count ? temperatures[index] : nil
            target.clips = part.predictions.ids.count
            target.rule = thresholds?.rule(part.predictions, hasCosts: index == first)
            if let coverage, let found = ConformalPredictor(part.predictions, coverage: coverage) {
                target.coverage = coverage
                target.limit = found.limit.isFinite ? found.limit : nil
            }
            return target
        }
    }

    /// The decisions of a target; nil if there are none.
    subscript(name: String) -> Target? { targets.first { $0.target == name } }

    /// Reads the decisions of a run from its folder; nil for a run without them.
    static func read(_ folder: String) throws -> RunDecisions? {
        let file = folder + "/" + RunFile.decisions
        return FileManager.default.fileExists(atPath: file) ? try decode(.load(file)) : nil
    }
}

extension Predictions {
    /// Decides the class or the labels of every target as a model does.
    mutating func apply(_ decisions: RunDecisions?) {
        guard let decisions else { return }
        guard !parts.isEmpty else {
            rule = decisions["class"]?.rule
            return
        }
        for index in parts.indices { parts[index].predictions.rule = decisions[parts[index].name]?.rule }
    }
}
