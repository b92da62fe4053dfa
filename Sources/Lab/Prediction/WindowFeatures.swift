import Autograd
import Foundation
import SpeechEmotion

/// The features of a window of a recording, in all copies.
struct WindowFeatures: Sendable {
    var start, end: Double
    var copies: [Features]
    var warnings: [AudioWarning]
}

extension Predictor {
    /// The longest recording, in seconds, that is read as a whole to measure its duration without silence.
    private static let longestAtOnce = 60.0

    /// Whether a recording is longer than one window. An unreadable one counts as short: reading it later reports the error.
    func isLong(_ path: String, _ windows: RecordingWindows) -> Bool {
        guard let seconds = try? Self.duration(ofFile: path) else { return false }
        let rest = seconds - windows.lead
        // One extra sample does not justify a second window.
        let room = 1 / Double(max(pipeline.finalRate, 1))
        guard rest > windows.length + room else { return false }
        let extent = pipeline.extent
        if let limit = extent.secondsWithSilence, rest <= limit, windows.length == extent.seconds,
            seconds <= Self.longestAtOnce, let sound = try? pipeline.uncutAfterSilence.wave(ofFile: path)
        {
            return sound.duration > windows.length + room
        }
        return true
    }

    /// Returns the duration of an audio file in seconds.
    public static func duration(ofFile path: String) throws -> Double {
        let info = try AudioFile.info(path)
        if let seconds = info.duration { return seconds }
        var samples = 0
        try AudioFile.eachBlock(path) { samples += $0.count }
        return Double(samples) / Double(info.rate)
    }

    /// Calls `body` with the features of a recording's windows, batch by batch. The recording is streamed: only one batch of
    /// windows is in memory.
    func eachWindows(
        ofFile path: String, _ windows: RecordingWindows, _ body: ([WindowFeatures]) throws -> Void
    ) throws {
        var sliding: SlidingWindow?
        var waiting: [(start: Int, samples: [Float])] = []
        var rate = 0
        func flush() throws {
            let found = parallelMap(waiting.count) { index in
                Result { try features(of: waiting[index], rate: rate, windows, path) }
            }
            waiting = []
            try body(found.map { try $0.get() })
        }
        try AudioFile.eachBlock(path) { block in
            rate = block.rate
            var stream = sliding ?? SlidingWindow(windows, rate: rate)
            for window in stream.add(block.samples) {
                waiting.append(window)
                if waiting.count == Self.batch { try flush() }
            }
            sliding = stream
        }
        try flush()
        guard let sliding, let rest = sliding.finish() else { return }
        let last: WindowFeatures
        do { last = try features(of: rest, rate: rate, windows, path) } catch {
            // The rest is too short for the features: use a full window that ends with the recording instead.
            guard let whole = sliding.lastWhole() else { throw error }
            last = try features(of: whole, rate: rate, windows, path)
        }
        try body([last])
    }

    /// Returns the features of a window whose samples start with the part that the pipeline skips.
    private func features(
        of window: (start: Int, samples: [Float]), rate: Int, _ windows: RecordingWindows, _ path: String
    ) throws -> WindowFeatures {
        let start = Double(window.start) / Double(rate) + windows.lead
        let end = Double(window.start + window.samples.count) / Double(rate)
        do {
            let copies = try features(of: Waveform(window.samples, rate: rate))
            let used = window.samples.dropFirst(Int(windows.lead * Double(rate)))
            return WindowFeatures(
                start: start, end: end, copies: try copies.map { try $0.finite(path) },
                warnings: Waveform(Array(used), rate: rate).warnings)
        } catch {
            throw InputError(
                "\(path): the window from \(Self.seconds(start)) to \(Self.seconds(end)): \(error). "
                    + "If the window is too short for the model's features, use a longer one.")
        }
    }
}

extension SlidingWindow {
    /// Creates windows at a sample rate, each preceded by the part that the pipeline skips.
    public init(_ windows: RecordingWindows, rate: Int) {
        self.init(
            length: Int(((windows.lead + windows.length) * Double(rate)).rounded()),
            step: Int((windows.step * Double(rate)).rounded()))
    }
}
