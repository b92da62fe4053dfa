import Foundation
import Lab
import TestSupport
import SpeechEmotion
import Testing

/// How long recordings are cut, and what their windows add up to.
@Suite struct RecordingWindowsTests {
    /// Every sample is in a window, whatever the blocks in which the stream comes.
    @Test(arguments: [(10, 5), (10, 3), (7, 7), (4, 1)], [1, 3, 16, 1000])
    func windowsCoverAStream(_ shape: (Int, Int), _ block: Int) {
        let (length, step) = shape
        for count in 1...64 {
            var sliding = SlidingWindow(length: length, step: step)
            let samples = (0..<count).map { Float($0) }
            var windows: [(start: Int, samples: [Float])] = []
            for start in stride(from: 0, to: count, by: block) {
                windows += sliding.add(Array(samples[start..<min(start + block, count)]))
            }
            let whole = windows.count
            if let rest = sliding.finish() { windows.append(rest) }
            #expect(windows.map(\.start) == windows.indices.map { $0 * step })
            for (index, window) in windows.enumerated() {
                #expect(window.samples.count == length || index == whole)
                #expect(Array(samples[window.start..<window.start + window.samples.count]) == window.samples)
            }
            let end = windows.last.map { $0.start + $0.samples.count }
            #expect(end == count)
            let last = sliding.lastWhole()
            #expect((last == nil) == (count < length))
            if let last {
                #expect(last.start == count - length && last.samples == Array(samples.suffix(length)))
            }
        }
    }

    /// The softmax of the weighted mean of logits, by the probabilities.
    @Test func aSummaryIsAWeightedGeometricMean() {
        let logits = [[1.0, -2, 0.5], [0.0, 3, -1], [2.0, 2, -700]]
        let times = [(0.0, 4.0), (2.0, 6.0), (4.0, 7.0)]
        let windows = zip(logits, times).map { logits, time in
            let sum = logits.reduce(0) { $0 + exp($1) }
            return RecordingPrediction.Window(
                start: time.0, end: time.1,
                prediction: .init(probabilities: logits.map { exp($0) / sum }, logits: logits, attention: nil)
            )
        }
        let summary = RecordingPrediction(windows: windows).summary
        var products = [1.0, 1, 1]
        for (window, time) in zip(windows, times) {
            for label in 0..<3 {
                products[label] *= pow(window.prediction.probabilities[label], (time.1 - time.0) / 11)
            }
        }
        let sum = products.reduce(0, +)
        for label in 0..<3 { #expect(abs(summary.probabilities[label] - products[label] / sum) < 1e-12) }
        // A class that one window rules out underflows in no product.
        let same = RecordingPrediction(windows: [windows[2], windows[2]]).summary
        #expect(same.probabilities[0] == 0.5 && same.probabilities[2] < 1e-300)
    }
}
