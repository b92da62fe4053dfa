import Autograd
import Metrics
import Testing

/// Metrics of numbers, ordered classes, several labels and votes, against numpy, scipy and scikit-learn.
@Suite struct TargetMetricTests {
    private static let truths = [1.5, 2.0, 4.0, 3.5, 1.5, 2.5, 3.0, 1.5, 4.0, 1.5, 2.5, 3.0]
    private static let values = [
        1.803, 1.832, 2.761, 2.926, 2.337, 2.433, 3.57, 1.86, 3.517, 3.082, 2.982, 2.546,
    ]

    private func close(_ found: Double, _ wanted: Double) -> Bool { abs(found - wanted) < 1e-12 }

    private var regression: Predictions {
        var predictions = Predictions(regressionOf: "arousal")
        for (row, (truth, value)) in zip(Self.truths, Self.values).enumerated() {
            predictions.append("\(row)", speaker: "\(row / 3)", truth: truth, value: value)
        }
        return predictions
    }

    @Test func numbersAsScipyAndScikitLearn() throws {
        let wanted: [(Metric, Double)] = [
            (.concordance, 0.5638473696123018), (.pearson, 0.627010920751406),
            (.spearman, 0.5654480970883016), (.meanAbsoluteError, 0.59325),
            (.rootMeanSquaredError, 0.7256400048692648), (.determination, 0.38229171486761726),
        ]
        for (metric, value) in wanted {
            #expect(close(try metric.value(of: regression), value), "\(metric.name)")
        }
    }

    @Test func undefinedNumbersAreNaN() throws {
        let constant = try RegressionMetrics(truths: [1, 2, 3], predictions: [2, 2, 2])
        #expect(constant.pearson.isNaN && constant.spearman.isNaN && constant.concordance == 0)
        #expect(try RegressionMetrics(truths: [2, 2], predictions: [2, 2]).concordance.isNaN)
        #expect(try RegressionMetrics(truths: [2, 2], predictions: [1, 2]).determination.isNaN)
        #expect(throws: InputError.self) { try RegressionMetrics(truths: [1], predictions: []) }
        #expect(throws: InputError.self) { try RegressionMetrics(truths: [1], predictions: [.nan]) }
    }

    private static let labels: [[Double]] = [
        [0, 0, 1], [0, 1, 0], [1, 1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1],
    ]
    private static let chances = [
        [0.1, 0.4, 0.5], [0.4, 0.5, 0.3], [0.6, 0.7, 0.1], [0.1, 0.7, 0.4], [0.6, 0.5, 0.1],
        [0.8, 0.1, 0.5], [0.3, 0.3, 0.8], [0.4, 0.4, 0.4], [0.2, 0.0, 0.4],
    ]

    @Test func labelsAsScikitLearn() throws {
        var predictions = Predictions(classes: ["a", "b", "c"])
        predictions.task = .multiLabel
        predictions.ids = (0..<9).map(String.init)
        predictions.speakers = predictions.ids.map { _ in nil }
        (predictions.references, predictions.probabilities) = (Self.labels, Self.chances)
        let wanted: [(Metric, Double)] = [
            (.labelMacroF1, 0.8095238095238096), (.labelMicroF1, 0.8),
            (.meanAveragePrecision, 0.8888888888888888), (.labelAUC, 0.9324074074074075),
            (.hammingLoss, 0.14814814814814814),
        ]
        for (metric, value) in wanted {
            #expect(close(try metric.value(of: predictions), value), "\(metric.name)")
        }
        #expect(throws: InputError.self) { try Metric.accuracy.value(of: predictions) }
        let labels = try LabelMetrics(
            truths: Self.labels.map { $0.map { $0 >= 0.5 } }, probabilities: Self.chances,
            decisions: Self.chances.map { $0.map { $0 >= 0.5 } })
        for label in 0..<3 {
            let curve = labels.curveROC(label)
            #expect(
                curve.first.map { [$0.x, $0.y] } == [0, 0] && curve.last.map { [$0.x, $0.y] } == [1, 1])
            let area = zip(curve, curve.dropFirst()).reduce(0) {
                $0 + ($1.1.x - $1.0.x) * ($1.1.y + $1.0.y) / 2
            }
            #expect(close(area, labels.areaUnderROC(label)))
        }
        let constant = try LabelMetrics(truths: [[true]], probabilities: [[0.5]], decisions: [[true]])
        #expect(constant.curveROC(0).isEmpty)
    }

    @Test func orderedClassesAsScikitLearn() throws {
        var predictions = Predictions(classes: ["0", "1", "2", "3"])
        for (row, pair) in zip([0, 1, 2, 3, 3, 2, 1, 0, 2, 1], [0, 2, 2, 3, 1, 2, 0, 0, 3, 1]).enumerated() {
            predictions.append(
                "\(row)", truth: pair.0, probabilities: (0..<4).map { $0 == pair.1 ? 1 : 0 })
        }
        #expect(close(try Metric.quadraticKappa.value(of: predictions), 0.6956521739130435))
        #expect(close(try Metric.rankError.value(of: predictions), 0.5))
    }

    @Test func votesAsScipy() throws {
        var predictions = Predictions(classes: ["a", "b", "c"])
        let votes = [[4.0, 2, 0], [1, 1, 4], [0, 6, 0], [2, 2, 2]].map { $0.map { $0 / 6 } }
        let chances = [[0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2]]
        for (row, (own, chances)) in zip(votes, chances).enumerated() {
            predictions.append("\(row)", truth: [0, 2, 1, 0][row], probabilities: chances)
            predictions.references.append(own)
        }
        #expect(close(try Metric.voteDivergence.value(of: predictions), 0.10205272556278813))
        #expect(close(try Metric.entropyCorrelation.value(of: predictions), 0.9955719763227682))
        predictions.references = []
        #expect(throws: InputError.self) { try Metric.voteDivergence.value(of: predictions) }
    }

    /// Of several targets, a metric is the mean over the main ones to which it applies; resampling agrees.
    @Test func severalTargets() throws {
        var other = regression
        other.values = other.values.map { 5 - $0 }
        var classes = Predictions(classes: ["f", "m"])
        for row in 0..<12 {
            classes.append(
                "\(row)", speaker: "\(row / 3)", truth: row % 2,
                probabilities: row == 3 ? [1, 0] : [0.2, 0.8])
        }
        // A clip without the target is not an example of it.
        let part = classes.selecting(Array(1..<12))
        let both = Predictions(
            [
                PredictionPart("arousal", regression), PredictionPart("valence", other),
                PredictionPart("emotion", part), PredictionPart("gender", isMain: false, classes),
            ], ids: regression.ids, speakers: regression.speakers)
        let ccc = try [regression, other].map { try Metric.concordance.value(of: $0) }
        #expect(close(try Metric.concordance.value(of: both), (ccc[0] + ccc[1]) / 2))
        #expect(try Metric.concordance.of(target: "valence").value(of: both) == ccc[1])
        #expect(try Metric.accuracy.value(of: both) == (try Metric.accuracy.value(of: part)))
        #expect(try Metric.uar.of(target: "gender").value(of: both) == (try Metric.uar.value(of: classes)))
        #expect(throws: InputError.self) { try Metric.labelAUC.value(of: both) }
        #expect(throws: InputError.self) { try Metric.concordance.of(target: "emotion").value(of: both) }
        #expect(both.classification?.ids.count == 11)

        let clustered = try ClusteredMetric(.concordance, [both, both], by: .speakers)
        #expect(clustered.clusters.count == 4 && clustered.modelCount == 2)
        #expect(close(clustered.estimate, (ccc[0] + ccc[1]) / 2) && clustered.values.count == 2)
        let kept = Array(3..<12)
        let without = try [regression, other].map { try Metric.concordance.value(of: $0.selecting(kept)) }
        #expect(close(clustered.value([0, 1, 1, 1]), (without[0] + without[1]) / 2))
        #expect(close(try Metric.concordance.value(of: both.selecting(kept)), (without[0] + without[1]) / 2))
        let pooled = try Predictions.pooled([both.selecting(kept), both.selecting([0, 1, 2])])
        #expect(close(try Metric.concordance.value(of: pooled), (ccc[0] + ccc[1]) / 2))

        // An adversarial target may have other classes in each fold, a main one may not.
        func fold(_ rows: [Int], _ names: [String], isMain: Bool) -> Predictions {
            var speakers = Predictions(classes: names)
            for row in rows {
                speakers.append("\(row)", speaker: "\(row / 3)", truth: 0, probabilities: [0.6, 0.4])
            }
            return Predictions(
                [PredictionPart("arousal", regression), PredictionPart("speaker", isMain: isMain, speakers)],
                ids: regression.ids, speakers: regression.speakers
            ).selecting(rows)
        }
        func folds(isMain: Bool) throws -> Predictions {
            try .pooled([
                fold([0, 1, 2], ["a", "b"], isMain: isMain), fold(kept, ["a", "c"], isMain: isMain),
            ])
        }
        let joined = try folds(isMain: false)
        #expect(close(try Metric.concordance.value(of: joined), ccc[0]) && joined.ids.count == 12)
        #expect(joined.parts.map(\.predictions.ids.count) == [12, 0])
        #expect(try Metric.accuracy.of(target: "speaker").value(of: joined).isNaN)
        #expect(throws: InputError.self) { try folds(isMain: true) }

        let interval = ClusterResampling.interval(clustered)
        #expect(interval.low < clustered.estimate && clustered.estimate < interval.high)
        let single = try ClusteredMetric(.concordance, [both], by: .speakers)
        let p = try ClusterResampling.test(single, clustered, generator: RandomGenerator(seed: 1))
        #expect(p == 1)
    }
}
