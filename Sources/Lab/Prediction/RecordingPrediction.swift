import Autograd
import Foundation
import Reports
import SpeechEmotion

/// The prediction for a recording, and for each of its windows if it is longer than the model's input.
public struct RecordingPrediction: Sendable {
    /// The prediction for the recording as a whole.
    public var summary: Predictor.Prediction
    /// The windows in order; empty if the recording was predicted as a whole.
    public var windows: [Window]
    /// The reasons why the prediction is not meaningful; usually none.
    public var warnings: [AudioWarning]

    /// A window of a recording with its prediction.
    public struct Window: Sendable {
        /// The start and end in seconds.
        public var start, end: Double
        /// The prediction for the window.
        public var prediction: Predictor.Prediction
        /// The reasons why the prediction is not meaningful; usually none.
        public var warnings: [AudioWarning]

        /// Creates a window with its prediction.
        public init(
            start: Double, end: Double, prediction: Predictor.Prediction, warnings: [AudioWarning] = []
        ) {
            (self.start, self.end, self.prediction, self.warnings) = (start, end, prediction, warnings)
        }
    }

    /// Creates the prediction of a recording that was predicted as a whole.
    public init(_ prediction: Predictor.Prediction, warnings: [AudioWarning] = []) {
        (summary, windows, self.warnings) = (prediction, [], warnings)
    }

    /// The warnings about the recording as sentences without a period, also about silent windows of it.
    public var warningTexts: [String] {
        let silent = windows.count { $0.warnings.contains(where: \.isSilent) }
        guard warnings.isEmpty, silent > 0 else { return warnings.sentences }
        return [
            "\(silent) of \(NumberText.count(windows.count, "window")) \(silent == 1 ? "is" : "are") silent: "
                + (silent == 1 ? "its prediction is" : "their predictions are") + " not meaningful"
        ]
    }

    /// Combines the predictions of at least one window: the softmax of the mean of their logits, weighted by duration. This is
    /// the normalized weighted geometric mean of the windows' probabilities, and also how the copies of test-time augmentation
    /// are combined. The recording is silent if all windows are.
    public init(windows: [Window]) {
        let classes = windows.first?.prediction.logits.count ?? 0
        var logits = [Double](repeating: 0, count: classes)
        var weight = 0.0
        for window in windows {
            let length = window.end - window.start
            weight += length
            for label in 0..<classes { logits[label] += length * window.prediction.logits[label] }
        }
        for label in 0..<classes { logits[label] /= weight }
        let rules = windows.first?.prediction.rules ?? []
        let peaks = windows.compactMap { window in
            window.warnings.compactMap { if case .silent(let peak) = $0 { peak } else { nil } }.first
        }
        warnings =
            peaks.count == windows.count ? peaks.max().map { [AudioWarning.silent(peak: $0)] } ?? [] : []
        if let outputs = windows.first?.prediction.outputs, !outputs.isEmpty {
            summary = Predictor.Prediction(logits, outputs, rules: rules, attention: nil)
            self.windows = windows
            return
        }
        let largest = logits.max() ?? 0
        let powers = logits.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        summary = Predictor.Prediction(
            probabilities: powers.map { $0 / sum }, logits: logits, rules: rules, attention: nil)
        self.windows = windows
    }
}

extension [AudioWarning] {
    /// The warnings as sentences without a period.
    public var sentences: [String] { map { "\($0); the prediction is not meaningful" } }
}
