import Autograd
import Metrics
import Testing

@Suite struct FrameRunTests {
    /// Frames of 0.1 s; a letter is a class, a dot has no label, and the prediction has the probability 0.75.
    private func runs(_ truth: String, _ predicted: String, _ classes: String = "sab") -> [FrameRun] {
        let names = Array(classes)
        let decisions = predicted.map { names.firstIndex(of: $0) ?? 0 }
        return [FrameRun](
            truths: truth.map { names.firstIndex(of: $0) },
            probabilities: decisions.map { label in names.indices.map { $0 == label ? 0.75 : 0.125 } },
            edges: (0...decisions.count).map { Double($0) / 10 })
    }

    private func predictions(_ clips: [(speaker: String, truth: String, predicted: String)]) -> Predictions {
        var predictions = Predictions(.frames)
        predictions.classes = ["s", "a", "b"]
        for (number, clip) in clips.enumerated() {
            predictions.append("\(number)", speaker: clip.speaker, frames: runs(clip.truth, clip.predicted))
        }
        return predictions
    }

    @Test func joinsFrames() {
        let found = runs("ssaa..bb", "ssaaaabs")
        #expect(found.map(\.frames) == [2, 2, 2, 1, 1])
        #expect(found.map(\.truth) == [0, 1, nil, 2, 2] && found.map(\.prediction) == [0, 1, 1, 2, 0])
        #expect(found.map(\.end) == [0.2, 0.4, 0.6, 0.7, 0.8])
        #expect(found.predictedSegments.map(\.label) == [0, 1, 2, 0])
        #expect(found.predictedSegments.map(\.start) == [0, 0.2, 0.6, 0.7])
        #expect(found.predictedSegments.allSatisfy { $0.probability == 0.75 })
        #expect(found.trueSegments.map(\.label) == [0, 1, 2])
        #expect([FrameRun](truths: [], probabilities: [], edges: [0]).isEmpty)
    }

    /// Frames without a label do not count. Recalls: s 3 of 4, a 2 of 3, b 1 of 1; scikit-learn gives the same.
    @Test func frameMetrics() throws {
        let all = predictions([("x", "ssaa..b", "ssaaaab"), ("y", "ssa", "asb")])
        let values = try all.metrics([.accuracy, .uar, .macroF1])
        #expect(abs(values[1].value - 6.0 / 8) < 1e-12)
        #expect(abs(values[2].value - (3.0 / 4 + 2.0 / 3 + 1) / 3) < 1e-12)
        // Precisions: s 3 of 3, a 2 of 3, b 1 of 2.
        let f1 = [2 * 0.75 / 1.75, 2.0 / 3, 2 * 0.5 / 1.5]
        #expect(abs(values[3].value - f1.reduce(0, +) / 3) < 1e-12)
        #expect(abs(try Metric.f1(ofClass: 0).value(of: all) - f1[0]) < 1e-12)
        #expect(try all.confusion().supports == [4, 3, 1])
        let clustered = try ClusteredMetric(.uar, [all], by: .speakers)
        #expect(clustered.clusters == ["x", "y"] && abs(clustered.estimate - values[2].value) < 1e-12)
        #expect(abs(clustered.value([1, 0]) - 1) < 1e-12)
        #expect(throws: InputError.self) { try Metric.logLoss.value(of: all) }
    }

    /// Boundaries may differ by two frames of 0.1 s, ends of long segments by half of their duration.
    @Test(arguments: [
        ("ssaaaabb", "ssaaaabb", 1.0),
        // One boundary is off by 0.2 s: both segments match.
        ("sssssaaaaa", "sssaaaaaaa", 1), ("sssssaaaaa", "ssaaaaaaaa", 0),
        // An insertion: 3 predicted, 1 true; the first starts right, but ends 0.4 s early, less than half of 1 s.
        ("ssssssssss", "ssssssaass", 0.5), ("ssssssssss", "ssaassssss", 0),
        // Predictions without a label do not count.
        ("ss..ss", "ssaass", 1),
    ])
    func segments(_ truth: String, _ predicted: String, _ f1: Double) throws {
        let found = try Metric.segmentF1.value(of: predictions([("x", truth, predicted)]))
        #expect(abs(found - f1) < 1e-12, "\(truth) \(predicted): \(found)")
    }
}
