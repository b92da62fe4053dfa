import Autograd
import Metrics
import Testing

@Suite struct LabelSequenceTests {
    private func errors(_ prediction: String, _ truth: String) -> LabelErrors {
        LabelErrors(Array(prediction), truth: Array(truth))
    }

    private func interval(_ predictions: Predictions, _ unit: ClusteredMetric.Unit) throws
        -> ConfidenceInterval
    {
        ClusterResampling.interval(try ClusteredMetric(.labelErrorRate, [predictions], by: unit))
    }

    @Test func edits() {
        #expect(errors("kitten", "kitten").count == 0)
        let sitting = errors("kitten", "sitting")
        #expect((sitting.substitutions, sitting.insertions, sitting.deletions) == (2, 0, 1))
        let deleted = errors("ac", "abc")
        #expect((deleted.substitutions, deleted.insertions, deleted.deletions) == (0, 0, 1))
        let inserted = errors("abxc", "abc")
        #expect((inserted.substitutions, inserted.insertions, inserted.deletions) == (0, 1, 0))
        #expect(errors("", "abc").deletions == 3 && errors("", "abc").rate == 1)
        #expect(errors("abc", "").insertions == 3 && errors("abc", "").rate.isNaN)
        #expect(errors("intention", "execution").count == 5)
    }

    /// Two clips of ten labels for each speaker, with this many substitutions in the first.
    private func speakers(_ errors: [Int]) -> Predictions {
        var predictions = Predictions(.sequences)
        for (speaker, errors) in errors.enumerated() {
            let truth = (0..<10).map { "\($0)" }
            let wrong = truth.enumerated().map { $0 < errors ? "x" : $1 }
            for (clip, prediction) in [("a", wrong), ("b", truth)] {
                predictions.append(
                    "\(clip)\(speaker)", speaker: "s\(speaker)",
                    LabelSequence(truth: truth, prediction: prediction))
            }
        }
        return predictions
    }

    /// Errors and labels are summed, not the rates of examples; the interval is over speakers.
    @Test func rateAndInterval() throws {
        let predictions = speakers([2, 1, 4, 0, 3])
        #expect(predictions.labelErrors.count == 10 && predictions.labelErrors.labels == 100)
        let values = try predictions.metrics([.labelErrorRate, .exactMatches])
        #expect(values.map(\.name) == ["loss", "label_error_rate", "exact_matches"])
        #expect(abs(values[1].value - 0.1) < 1e-12 && abs(values[2].value - 0.6) < 1e-12)
        let interval = try interval(predictions, .speakers)
        #expect(abs(interval.estimate - 0.1) < 1e-12 && interval.units == 5)
        #expect(interval.method == .jackknife)
        // Logarithms of the rates without one speaker: 8, 9, 6, 10 and 7 errors of 80 labels; computed in Python.
        #expect(abs(interval.low - 0.0382258) < 1e-6, "\(interval.low)")
        #expect(abs(interval.high - 0.2844538) < 1e-6, "\(interval.high)")
        #expect(try self.interval(predictions, .clips).units == 10)
        #expect(try self.interval(speakers([1, 2]), .speakers).absence == .fewUnits)
    }

    /// Without one speaker, the difference is 7, 7, 5, 7 or 6 errors of 80 labels: t = 4 with 4 degrees of freedom,
    /// 2 * scipy.stats.t.cdf(-4, 4).
    @Test func pairedTest() throws {
        let (worse, better) = (speakers([2, 1, 4, 1, 3]), speakers([1, 0, 1, 0, 1]))
        let pair = try [worse, better].map { try ClusteredMetric(.labelErrorRate, [$0], by: .speakers) }
        #expect(abs(pair[0].estimate - pair[1].estimate - 0.08) < 1e-12)
        let p = try ClusterResampling.test(pair[0], pair[1], generator: RandomGenerator(seed: 1))
        #expect(abs(p - 0.0161301) < 1e-6, "\(p)")
        #expect(try ClusterResampling.test(pair[0], pair[0], generator: RandomGenerator(seed: 1)) == 1)
    }

    @Test func selectionAndPools() throws {
        let all = speakers([2, 0])
        let part = all.selecting([2, 0])
        #expect(part.ids == ["a1", "a0"] && part.labelErrors.count == 2)
        #expect(try Predictions.pooled([part, all]).labelErrors.labels == 60)
        #expect(throws: InputError.self) { try Predictions.pooled([all, Predictions(classes: [])]) }
        #expect(throws: InputError.self) { try Metric.uar.value(of: all) }
        #expect(try Metric.labelErrorRate.value(of: Predictions(.sequences)).isNaN)
    }
}
