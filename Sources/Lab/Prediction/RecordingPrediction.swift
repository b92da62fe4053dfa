import Autograd
import Foundation
import SpeechEmotion

/// A model's prediction for a recording, and for each window of one that is longer than the model's input.
public struct RecordingPrediction: Sendable {
    /// The prediction for the recording as a whole.
    public var summary: Predictor.Answer
    /// The windows in their order; empty where the model was given the recording at once.
    public var windows: [Window]

    /// A stretch of a recording and the prediction for it.
    public struct Window: Sendable {
        /// Where it starts and ends, in seconds from the start of the recording.
        public var start, end: Double
        /// The prediction for it.
        public var answer: Predictor.Answer

        /// A stretch with its prediction.
        public init(start: Double, end: Double, answer: Predictor.Answer) {
            (self.start, self.end, self.answer) = (start, end, answer)
        }
    }

    /// The prediction for a recording that the model was given at once.
    public init(_ answer: Predictor.Answer) { (summary, windows) = (answer, []) }

    /// The prediction for a recording from those for its windows, of which there is at least one: the softmax of the mean of their
    /// logits, each window weighted by its length in seconds. That is also the weighted geometric mean of the windows' probabilities,
    /// scaled to the sum of 1; and how a model's several views of a sound are combined.
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
