import Metrics
import Testing

@Suite struct SequencePredictionsTests {
    private func errors(_ prediction: String, _ truth: String) -> LabelErrors {
        LabelErrors(Array(prediction), truth: Array(truth))
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

    /// Errors and labels are summed, not the rates of examples; the interval is over speakers.
    @Test func rateAndInterval() {
        var predictions = SequencePredictions()
        for (speaker, errors) in [2, 1, 4, 0, 3].enumerated() {
            let truth = (0..<10).map { "\($0)" }
            var prediction = truth
            for place in 0..<errors { prediction[place] = "x" }
            predictions.append("a\(speaker)", speaker: "s\(speaker)", truth: truth, prediction: prediction)
            predictions.append("b\(speaker)", speaker: "s\(speaker)", truth: truth, prediction: truth)
        }
        #expect(predictions.totalErrors.count == 10 && predictions.totalErrors.labels == 100)
        #expect(abs(predictions.exactMatches - 0.6) < 1e-12)
        let interval = predictions.labelErrorRate()
        #expect(abs(interval.estimate - 0.1) < 1e-12 && interval.units == 5)
        #expect(interval.method == .jackknife)
        // Logarithms of the rates without one speaker: 8, 9, 6, 10 and 7 errors of 80 labels; scipy.stats.t.ppf(0.975, 4).
        #expect(abs(interval.low - 0.0366960) < 1e-4, "\(interval.low)")
        #expect(abs(interval.high - 0.2725094) < 1e-4, "\(interval.high)")
    }

    @Test func withoutSpeakers() {
        var predictions = SequencePredictions()
        #expect(predictions.exactMatches.isNaN && predictions.totalErrors.rate.isNaN)
        for number in 0..<4 {
            predictions.append("\(number)", truth: ["a", "b"], prediction: number < 2 ? ["a"] : ["a", "b"])
        }
        #expect(predictions.labelErrorRate().units == 4 && predictions.labelErrorRate().estimate == 0.25)
        var few = SequencePredictions()
        few.append("1", speaker: "s", truth: ["a"], prediction: ["a"])
        #expect(few.labelErrorRate().absence == .fewUnits)
    }
}
