import Autograd
import Foundation
import Metrics
import Testing

/// Temperature, conformal prediction and the reject option.
@Suite struct DecisionTests {
    /// Clips whose class is drawn from the softmax of their logits, which a model reports too large by a factor.
    private func draw(_ count: Int, factor: Double, _ generator: RandomGenerator) -> Predictions {
        var predictions = Predictions(classes: ["a", "b", "c"])
        for row in 0..<count {
            let logits = (0..<3).map { _ in
                1.5 * (-2 * log(1 - generator.uniform())).squareRoot() * cos(2 * .pi * generator.uniform())
            }
            func softmax(_ factor: Double) -> [Double] {
                let powers = logits.map { exp($0 * factor) }
                return powers.map { $0 / powers.reduce(0, +) }
            }
            let (chances, place) = (softmax(1), generator.uniform())
            let truth = place < chances[0] ? 0 : place < chances[0] + chances[1] ? 1 : 2
            predictions.append("\(row)", speaker: "\(row % 10)", truth: truth, probabilities: softmax(factor))
        }
        return predictions
    }

    @Test(arguments: [0.5, 1, 3]) func temperatureIsThatOfTheModel(_ factor: Double) throws {
        let predictions = draw(6000, factor: factor, RandomGenerator(seed: 1))
        let temperature = try #require(TemperatureScaling.temperature(of: predictions))
        #expect(abs(temperature / factor - 1) < 0.08, "\(temperature)")
        #expect(TemperatureScaling.temperature(of: Predictions(classes: ["a", "b"])) == nil)
    }

    /// Sets calibrated on few clips cover new ones with the wanted probability, on average over calibrations (Vovk et al. 2005):
    /// at least the coverage, and at most 1 / (n + 1) more, for a model that is badly calibrated.
    @Test(arguments: [(19, 0.9), (50, 0.8), (200, 0.95)])
    func setsCoverAsPromised(_ clips: Int, _ coverage: Double) throws {
        var (covered, all) = (0.0, 0.0)
        for draw in 0..<600 {
            let generator = RandomGenerator(seed: 7).split("\(clips) \(draw)")
            let conformal = try #require(
                ConformalPredictor(self.draw(clips, factor: 3, generator), coverage: coverage))
            let outcomes = conformal.outcomes(self.draw(100, factor: 3, generator))
            covered += Double(outcomes.count { $0.isCovered })
            all += 100
        }
        // Three standard errors over 600 calibrations.
        let error = 3 * (coverage * (1 - coverage) / Double(clips) / 600 + coverage / all).squareRoot()
        #expect(covered / all > coverage - error && covered / all < coverage + 1 / Double(clips + 1) + error)
    }

    private func value(_ metric: Metric, _ predictions: Predictions, _ rule: DecisionRule?) throws -> Double {
        var predictions = predictions
        predictions.rule = rule
        return try metric.value(of: predictions)
    }

    /// With two classes, every decision follows from one threshold, of which all can be tried.
    @Test(arguments: [
        (DecisionRule.ClassObjective.uar, Metric.uar), (.macroF1, .macroF1), (.accuracy, .accuracy),
    ])
    func weightsOfTwoClassesAreTheBest(_ objective: DecisionRule.ClassObjective, _ metric: Metric) throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            let generator = RandomGenerator(seed: seed)
            var predictions = Predictions(classes: ["rare", "usual"])
            for row in 0..<80 {
                let chance = 0.4 * generator.uniform()
                predictions.append(
                    "\(row)", truth: generator.uniform() < chance ? 0 : 1,
                    probabilities: [chance, 1 - chance])
            }
            let rule = try #require(DecisionRule.weights(predictions, maximizing: objective))
            let limits = predictions.probabilities.map { $0[0] }
            let all = try (limits + [0, 1]).flatMap { limit in
                try [-1e-9, 1e-9].map { shift in
                    let threshold = min(max(limit + shift, 1e-6), 1 - 1e-6)
                    return try value(metric, predictions, .weights([1 - threshold, threshold]))
                }
            }
            #expect(abs(try value(metric, predictions, rule) - (all.max() ?? 0)) < 1e-12)
        }
    }

    /// Weights undo the bias of a model towards a class, and improve on clips that they were not fitted to.
    @Test func weightsUndoABias() throws {
        func biased(_ seed: UInt64) -> Predictions {
            var predictions = draw(3000, factor: 1, RandomGenerator(seed: seed))
            for row in predictions.probabilities.indices {
                let own = zip(predictions.probabilities[row], [1, 0.2, 4]).map(*)
                predictions.probabilities[row] = own.map { $0 / own.reduce(0, +) }
            }
            return predictions
        }
        let rule = try #require(DecisionRule.weights(biased(1), maximizing: .uar))
        guard case .weights(let weights) = rule else { return }
        for (weight, bias) in zip(weights, [1, 0.2, 4]) {
            #expect(abs(log(weight * bias / pow(0.8, 1.0 / 3))) < 0.35, "\(weights)")
        }
        let (other, best) = (biased(2), draw(3000, factor: 1, RandomGenerator(seed: 2)))
        #expect(try value(.uar, other, rule) > value(.uar, other, nil) + 0.05)
        #expect(abs(try value(.uar, other, rule) - value(.uar, best, nil)) < 0.02)
        #expect(DecisionRule.weights(Predictions(classes: ["a", "b"]), maximizing: .uar) == nil)
    }

    @Test func costsDecideForTheLowestExpectedCost() throws {
        let costs = DecisionRule.costs([[0, 5, 1], [1, 0, 1], [1, 1, 0]])
        // Expected costs: 0.65 (a), 1.85 (b), 0.65 (c); the first in a tie.
        #expect(DecisionRule.decision([0.35, 0.4, 0.25], costs) == 0)
        #expect(DecisionRule.decision([0.35, 0.4, 0.25]) == 1)
        #expect(DecisionRule.decision([0.05, 0.7, 0.25], costs) == 1)
        #expect(costs.suits(3) && !costs.suits(2) && !DecisionRule.costs([[1], [1, 2]]).suits(2))
    }

    @Test func thresholdsMaximizeF1() throws {
        let generator = RandomGenerator(seed: 3)
        var predictions = Predictions(classes: ["laughter", "sigh", "none"])
        predictions.task = .multiLabel
        for row in 0..<120 {
            let chances = [0.3 * generator.uniform(), generator.uniform(), 0.1]
            predictions.ids.append("\(row)")
            predictions.speakers.append(nil)
            predictions.probabilities.append(chances)
            predictions.references.append(
                chances.enumerated().map { $0 < 2 && generator.uniform() < $1 ? 1 : 0 })
        }
        let rule = try #require(DecisionRule.thresholds(predictions))
        guard case .thresholds(let thresholds) = rule else { return }
        #expect(thresholds[0] < 0.3 && thresholds[2] == 0.5)
        func f1(_ label: Int, _ threshold: Double) throws -> Double {
            let metrics = try LabelMetrics(
                truths: predictions.references.map { [$0[label] >= 0.5] },
                probabilities: predictions.probabilities.map { [$0[label]] },
                decisions: predictions.probabilities.map { [$0[label] >= threshold] })
            return metrics.f1(0)
        }
        for label in 0..<2 {
            let all = try predictions.probabilities.map { try f1(label, $0[label]) }
            #expect(try f1(label, thresholds[label]) == all.max())
        }
        predictions.rule = rule
        #expect(predictions.decidedLabels[7] == DecisionRule.labels(predictions.probabilities[7], rule))
        // Rules stay with their examples.
        var usual = predictions
        usual.rule = nil
        let pool = try Predictions.pooled([usual.selecting([1, 2]), predictions.selecting([0, 5])])
        #expect(
            pool.decidedLabels == [1, 2].map { usual.decidedLabels[$0] }
                + [0, 5].map { predictions.decidedLabels[$0] })
        // A rule for another number of labels is ignored.
        predictions.rule = .thresholds([0.1])
        #expect(predictions.rules.isEmpty)
    }

    @Test func intervalsOfValues() throws {
        var predictions = Predictions(regressionOf: "arousal")
        for row in 0..<9 { predictions.append("\(row)", truth: Double(row), value: Double(row) * 1.1) }
        let conformal = try #require(ConformalPredictor(predictions, coverage: 0.8))
        // The eighth of nine distances.
        #expect(abs(conformal.limit - 0.7) < 1e-12)
        #expect(conformal.outcomes(predictions).count { $0.isCovered } == 8)
        #expect(conformal.coverage(of: predictions).decisions.count { $0 == 1 } == 8)
        #expect(try #require(ConformalPredictor(predictions, coverage: 0.9)).limit > 0.79)
        // Ten clips cannot promise 95%.
        #expect(try #require(ConformalPredictor(predictions, coverage: 0.95)).limit == .infinity)
        predictions.task = .multiLabel
        #expect(ConformalPredictor(predictions, coverage: 0.9) == nil)
    }

    @Test func riskCoverageOfKnownErrors() {
        var predictions = Predictions(classes: ["a", "b"])
        for (row, (sure, isRight)) in zip([0.9, 0.8, 0.8, 0.7, 0.6], [true, false, true, true, false])
            .enumerated()
        {
            predictions.append("\(row)", truth: isRight ? 0 : 1, probabilities: [sure, 1 - sure])
        }
        let curve = RiskCoverage(predictions)
        #expect(curve.points.map(\.coverage) == [0.2, 0.6, 0.8, 1])
        #expect(curve.points.map(\.risk) == [0, 1 / 3, 0.25, 0.4])
        #expect(curve.risk(at: 1) == 0.4 && curve.risk(at: 0.7) == 0.25 && curve.risk(at: 0.1) == 0)
        #expect(abs(curve.area - (0.4 / 3 + 0.2 * 0.25 + 0.2 * 0.4)) < 1e-12)
        #expect(RiskCoverage(Predictions(classes: [])).area.isNaN)
    }

    /// The interval of the gap between groups covers the true one for 95% of samples of speakers, also if one group has
    /// few speakers. The same speakers in both groups make the gap more certain.
    @Test(arguments: [(12, 12, false), (5, 5, false), (3, 21, false), (4, 8, false), (10, 10, true)])
    func gapsBetweenGroupsCover(_ design: (first: Int, second: Int, isCrossed: Bool)) throws {
        let draws = 1000
        var (inside, missing) = (0, 0)
        var widest = 0.0
        for draw in 0..<draws {
            let generator = RandomGenerator(seed: 11).split("\(draw)")
            let talents = (0..<max(design.first, design.second)).map { _ in 0.3 * (generator.uniform() - 0.5)
            }
            func group(_ mean: Double, _ speakers: Int, _ name: String) throws -> ClusteredMetric {
                var predictions = Predictions(classes: ["a", "b"])
                for speaker in 0..<speakers {
                    let talent = design.isCrossed ? talents[speaker] : 0.3 * (generator.uniform() - 0.5)
                    for clip in 0..<40 {
                        let isRight = generator.uniform() < mean + talent
                        predictions.append(
                            "\(name) \(speaker) \(clip)",
                            speaker: design.isCrossed ? "\(speaker)" : "\(name) \(speaker)",
                            truth: isRight ? 0 : 1, probabilities: [1, 0])
                    }
                }
                return try ClusteredMetric(.accuracy, [predictions], by: .speakers)
            }
            let interval = ClusterResampling.difference(
                try group(0.8, design.first, "x"), try group(0.6, design.second, "y"))
            guard interval.low.isFinite else {
                missing += 1
                continue
            }
            #expect(interval.low >= -1 && interval.high <= 1)
            if interval.low <= 0.2, 0.2 <= interval.high { inside += 1 }
            widest += (interval.high - interval.low) / Double(draws)
        }
        // The t interval of three speakers is a little too narrow.
        let coverage = min(design.first, design.second) == 3 ? 0.91...0.97 : 0.93...0.975
        #expect(coverage.contains(Double(inside) / Double(draws - missing)), "\(inside), \(missing)")
        #expect(missing < draws / 20)
        if design.isCrossed { #expect(widest < 0.18, "\(widest)") }
    }

    @Test func aGapNeedsThreeSpeakersInBothGroups() throws {
        func group(_ speakers: String...) throws -> ClusteredMetric {
            var predictions = Predictions(classes: ["a", "b"])
            for (number, speaker) in speakers.enumerated() {
                for clip in 0..<4 {
                    predictions.append(
                        "\(speaker) \(clip)", speaker: speaker, truth: clip > number ? 0 : 1,
                        probabilities: [1, 0])
                }
            }
            return try ClusteredMetric(.accuracy, [predictions], by: .speakers)
        }
        let interval = ClusterResampling.difference(try group("x", "y", "z", "w"), try group("p", "q"))
        #expect(interval.absence == .fewUnits && interval.units == 6 && interval.low.isNaN)
        let enough = ClusterResampling.difference(try group("x", "y", "z", "w"), try group("p", "q", "r"))
        #expect(enough.absence == nil && enough.low < enough.estimate && enough.estimate < enough.high)
    }
}
