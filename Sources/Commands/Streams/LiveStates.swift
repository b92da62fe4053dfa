import Autograd
import Foundation
import Lab
import Reports
import SpeechEmotion

/// Audio from standard input, predicted by a causal model that keeps its state from the beginning of the stream.
struct LiveStates {
    /// The seconds between predictions.
    let step: Double

    func run(_ input: SampleStream, _ predictor: Predictor, _ writer: PredictionWriter) throws {
        var input = input
        let stream = try PredictionStream(predictor)
        let clock = ContinuousClock()
        var latency = FrameLatency()
        var (done, written, next) = (0, 0, step)
        var last: Predictor.Prediction?
        var check = AudibilityCheck(rate: stream.rate)
        func note(_ begin: ContinuousClock.Instant, _ before: Int, _ found: Predictor.Prediction?) {
            latency.add(clock.now - begin, frames: stream.frames - before)
            last = found ?? last
        }
        writer.begin(width: 16)
        while let samples = try input.next() {
            guard input.rate == stream.rate else {
                throw UsageError(
                    "the sample rate of the stream is \(input.rate) Hz, but the model requires \(stream.rate) Hz: with --stateful, the stream is not resampled. Pipe it through "
                        + "ffmpeg -i FILE -f s16le -ac 1 -ar \(stream.rate) -")
            }
            samples.withUnsafeBufferPointer { check.add($0) }
            // One hop at a time, so that the latency is that of live audio.
            for start in stride(from: 0, to: samples.count, by: stream.hop) {
                let part = Array(samples[start..<min(start + stream.hop, samples.count)])
                let (begin, before) = (clock.now, stream.frames)
                note(begin, before, try stream.push(part))
                done += part.count
                let seconds = Double(done) / Double(input.rate)
                guard seconds >= next, let found = last else { continue }
                try write(found, check.warnings, end: seconds, writer)
                written = done
                while next <= seconds { next += step }
            }
        }
        let (begin, before) = (clock.now, stream.frames)
        note(begin, before, try stream.finish())
        try input.checkEnd()
        guard let last else { throw InputError("the stream is too short for a frame of features") }
        if done > written || stream.frames > before {
            try write(last, check.warnings, end: Double(done) / Double(input.rate), writer)
        }
        Terminal.error(latency.text)
    }

    private func write(
        _ prediction: Predictor.Prediction, _ warnings: [AudioWarning], end: Double,
        _ writer: PredictionWriter
    ) throws {
        let name = PredictionWriter.span(0, end)
        writer.write(name, RecordingPrediction(try prediction.checked(name), warnings: warnings))
    }
}

/// The computing time of frames, as a histogram of constant size.
private struct FrameLatency {
    /// The number of parts by the logarithm of their milliseconds per frame, in steps of 0.5%.
    private var counts: [Int: Int] = [:]
    private var frames = 0

    mutating func add(_ duration: Duration, frames count: Int) {
        guard count > 0 else { return }
        let time = duration / Duration.milliseconds(count)
        counts[Int((log(max(time, 1e-6)) * 200).rounded()), default: 0] += 1
        frames += count
    }

    var text: String {
        let bins = counts.sorted { $0.key < $1.key }
        func quantile(_ part: Double) -> String {
            var rest = Int(part * Double(counts.values.reduce(0, +) - 1))
            let bin = bins.first { bin in
                rest -= bin.value
                return rest < 0
            }
            return NumberText.fixed(bin.map { exp(Double($0.key) / 200) } ?? 0)
        }
        return
            "\(NumberText.count(frames, "frame")), \(quantile(0.5)) ms of computing time each (median; 99%: \(quantile(0.99)) ms)"
    }
}
