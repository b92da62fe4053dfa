import Autograd
import Lab
import Reports
import SpeechEmotion

/// Audio from standard input, predicted window by window.
struct LiveWindows {
    let windows: RecordingWindows

    func run(_ input: SampleStream, _ predictor: Predictor, _ writer: PredictionWriter) throws {
        var input = input
        var sliding: SlidingWindow?
        var failures = 0
        func answer(
            _ part: (start: Int, samples: [Float]), orElse whole: (start: Int, samples: [Float])? = nil
        ) throws {
            let rate = input.rate
            let begin = Double(part.start) / Double(rate)
            let end = begin + Double(part.samples.count) / Double(rate)
            let name = PredictionWriter.span(begin + windows.lead, end)
            do {
                let features = try predictor.features(of: Waveform(part.samples, rate: rate))
                let used = part.samples.dropFirst(Int(windows.lead * Double(rate)))
                let warnings = Waveform(Array(used), rate: rate).warnings
                if let answer = predictor.predictions(for: [features], attention: writer.extras.attention)
                    .first
                {
                    writer.write(name, RecordingPrediction(try answer.checked(name), warnings: warnings))
                }
            } catch {
                // The end of a stream may be too short for the features.
                if let whole { return try answer(whole) }
                failures += 1
                Terminal.error(error, in: name)
            }
        }
        while let samples = try input.next() {
            if sliding == nil { writer.begin(width: 16) }
            var parts = sliding ?? SlidingWindow(windows, rate: input.rate)
            for part in parts.add(samples) { try answer(part) }
            sliding = parts
        }
        if let part = sliding?.finish() { try answer(part, orElse: sliding?.lastWhole()) }
        try input.checkEnd()
        if failures > 0 {
            throw InputError("no prediction for \(NumberText.count(failures, "window")) of the stream")
        }
    }
}

extension SampleStream {
    /// Throws if there was no audio, and prints a message if the last sample was incomplete.
    func checkEnd() throws {
        guard hasSamples else {
            throw UsageError("standard input contained no audio; expected raw 16-bit mono samples")
        }
        if hasRest {
            Terminal.error("the last sample was dropped: standard input contained an odd number of bytes")
        }
    }
}
