import Autograd
import Foundation
import SpeechEmotion

/// The prediction for a recording, and for each of its windows if it is longer than the model's input.
public struct RecordingPrediction: Sendable {
    /// The prediction for the recording as a whole.
    public var summary: Predictor.Answer
    /// The windows in order; empty if the recording was predicted as a whole.
    public var windows: [Window]

    /// A window of a recording with its prediction.
    public struct Window: Sendable {
        /// The start and end in seconds.
        public var start, end: Double
        /// The prediction for the window.
        public var answer: Predictor.Answer

        /// Creates a window with its prediction.
        public init(start: Double, end: Double, answer: Predictor.Answer) {
            (self.start, self.end, self.answer) = (start, end, answer)
        }
    }

    /// Creates the prediction of a recording that was predicted as a whole.
    public init(_ answer: Predictor.Answer) { (summary, windows) = (answer, []) }

    /// Combines the predictions of at least one window: the softmax of the mean of their logits, weighted by duration. This is the
    /// normalized weighted geometric mean of the windows' probabilities, and also how the views of test-time augmentation are
    /// combined.
    public init(windows: [Window]) {
        let classes = windows.first?.answer.logits.count ?? 0
        var logits = [Double](repeating: 0, count: classes)
        var weight = 0.0
        for window in windows {
            let length = window.end - window.start
            weight += length
            for label in 0..<classes { logits[label] += length * window.answer.logits[label] }
        }
        for label in 0..<classes { logits[label] /= weight }
        let largest = logits.max() ?? 0
        let powers = logits.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        summary = Predictor.Answer(
            probabilities: powers.map { $0 / sum }, logits: logits, attention: nil)
        self.windows = windows
    }
}
