import Metrics
import TestSupport
import Autograd
import Testing

@Suite struct MetricTests {
    @Test func metricsAreFoundByName() {
        #expect(Metric(rawValue: "macro_f1") == .macroF1 && Metric(rawValue: "macro-f1") == nil)
        #expect(Set(Metric.allCases.map(\.name)).count == Metric.allCases.count)
        #expect(
            Metric.allCases.filter { !$0.higherIsBetter } == [
                .logLoss, .brier, .calibrationError, .rankError, .meanAbsoluteError, .rootMeanSquaredError,
                .hammingLoss, .voteDivergence, .labelErrorRate,
            ])
        #expect(Metric(rawValue: "arousal.ccc") == .concordance.of(target: "arousal"))
        #expect(Metric(rawValue: ".ccc") == nil && Metric(rawValue: "arousal.cc") == nil)
    }

    @Test(arguments: Metric.allCases) func modeIsThatOfTheMetric(_ metric: Metric) {
        #expect(MetricMode(of: "validation_" + metric.name) == (metric.higherIsBetter ? .max : .min))
    }

    @Test(arguments: [
        (["uar"], "on the logit scale"), (["uar", "uar"], "on the logit scale"),
        (["mae"], "on the log scale"),
        (["loss"], ""), ([], ""), (["uar", "loss"], "on the logit scale for proportions"),
        (["arousal.ccc"], "on the Fisher z scale"),
        (
            ["rmse", "arousal.ccc", "valence.ccc"],
            "on the Fisher z scale for correlations and the log scale for errors, log loss and Brier score"
        ),
        (
            ["mae", "accuracy", "ccc"],
            "on the logit scale for proportions, the Fisher z scale for correlations and the log scale for errors, log loss and Brier score"
        ),
    ]) func scalesAreThoseOfTheMetrics(_ names: [String], _ words: String) {
        #expect(Metric.scaleWords(of: names) == words)
    }

    /// A custom metric is computed, and resampled by cluster, from the predictions.
    @Test func aCustomMetricIsAFunctionOfPredictions() throws {
        let custom = Metric("right", summary: "Accuracy.", isProportion: true) { predictions in
            let right = zip(predictions.truths, predictions.decisions).count { $0 == $1 }
            return Double(right) / Double(predictions.truths.count)
        }
        let predictions = SimulatedPopulation().draw(speakers: 6, seeds: 1, RandomGenerator(seed: 4))[0][0]
        let values = try predictions.metrics([.accuracy, custom])
        #expect(values.map(\.name) == ["loss", "accuracy", "right"] && values[1].value == values[2].value)
        #expect(try custom.value(of: predictions) == values[1].value)
        let clustered = try [.accuracy, custom].map { try ClusteredMetric($0, [predictions], by: .speakers) }
        let weights = [2, 0, 1, 1, 3, 1]
        #expect(clustered[0].value(weights) == clustered[1].value(weights))
        let intervals = clustered.map {
            ClusterResampling.interval($0)
        }
        #expect(intervals[0].low == intervals[1].low && intervals[0].high == intervals[1].high)
    }
}
