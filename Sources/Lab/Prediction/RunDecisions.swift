import Configuration
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

        public static let summary = "Calibrated decisions of one target."
        public static let fields: [Field<Self>] = [
            .init("target", \.target, "The target; \"class\" for a model of classes.", .required),
            .init(
                "temperature", \.temperature,
                "The temperature that the outputs were divided by; null for none.", .above(0)),
            .init("coverage", \.coverage, "Wanted coverage; null for none.", .above(0), .below(1)),
            .init(
                "limit", \.limit,
                "Largest score of what sets and intervals include: 1 minus the probability of a class, or the distance of a value; null for no limit.",
                .atLeast(0)),
            .init("clips", \.clips, "Number of clips of calibration.", .atLeast(0)),
        ]
        public init() {}

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

    /// Calibrates conformal prediction with the predictions for the validation set.
    init(_ predictions: Predictions, temperatures: [Double?], coverage: Double?) {
        let parts =
            predictions.parts.isEmpty ? [PredictionPart("class", predictions)] : predictions.parts
        targets = parts.enumerated().map { index, part in
            var target = Target()
            target.target = part.name
            target.temperature = index < temperatures.count ? temperatures[index] : nil
            target.clips = part.predictions.ids.count
            if let coverage, let found = ConformalPredictor(part.predictions, coverage: coverage) {
                target.coverage = coverage
                target.limit = found.limit.isFinite ? found.limit : nil
            }
            return target
        }
    }

    /// The decisions of a target; nil if there are none.
    subscript(name: String) -> Target? { targets.first { $0.target == name } }
}
