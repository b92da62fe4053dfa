import Configuration
import Foundation
import SpeechEmotion

/// The waveform and the mel spectrogram of a recording, small enough for a page.
///
/// Recordings of up to a minute have overlapping frames every 10 ms or more. Of longer ones, one frame per column is analyzed
/// while they are read, so that memory does not grow with their length.
struct SpectrogramImage {
    /// The duration in seconds.
    private(set) var seconds = 0.0
    /// The sample rate in Hz.
    private(set) var rate = 0
    /// The lowest and the highest sample of each column of the waveform, -127 to 127.
    private var peaks: [Int] = []
    /// The levels of each frame, 0 to 255 for -80 to 0 dB relative to the maximum.
    private var levels: [UInt8] = []
    private var frames = 0

    private static let bands = 80
    private static let highest = 8000.0
    private static let columns = 1200
    private static let longestWhole = 60.0

    /// Analyzes a recording. Throws if it cannot be read.
    init(_ path: String) throws {
        let info = try AudioFile.info(path)
        rate = info.rate
        var count = 0
        if let seconds = info.duration {
            count = Int((seconds * Double(rate)).rounded())
        } else {
            try AudioFile.eachBlock(path) { count += $0.count }
        }
        seconds = Double(count) / Double(rate)
        var size = 256
        while Double(size) < 0.025 * Double(rate) { size *= 2 }
        var stft = STFT(fft: size, hop: max(rate / 100, count / Self.columns))
        let wave: Waveform
        if seconds <= Self.longestWhole {
            wave = try AudioFile.read(path)
            fillPeaks(wave.samples)
        } else {
            stft.hop = size
            stft.isCentered = false
            wave = try sampled(path, count: count, size: size)
        }
        try fillLevels(wave, stft)
    }

    private mutating func fillPeaks(_ samples: [Float]) {
        let columns = min(Self.columns, samples.count)
        for column in 0..<columns {
            let range = samples.count * column / columns..<samples.count * (column + 1) / columns
            add(samples[range].min() ?? 0, samples[range].max() ?? 0)
        }
    }

    private mutating func add(_ low: Float, _ high: Float) {
        peaks += [low, high].map { Int((max(-1, min(1, $0)) * 127).rounded()) }
    }

    /// Reads a long recording: the waveform of every column, and the first frame of each, one after another.
    private mutating func sampled(_ path: String, count: Int, size: Int) throws -> Waveform {
        var picked: [Float] = []
        picked.reserveCapacity(Self.columns * size)
        var (at, column) = (0, 0)
        var (low, high): (Float, Float) = (0, 0)
        try AudioFile.eachBlock(path) { block in
            for sample in block.samples {
                let start = count * column / Self.columns
                if at - start < size { picked.append(sample) }
                (low, high) = (min(low, sample), max(high, sample))
                at += 1
                if at >= count * (column + 1) / Self.columns {
                    add(low, high)
                    (low, high, column) = (0, 0, column + 1)
                }
            }
        }
        return Waveform(picked, rate: rate)
    }

    private mutating func fillLevels(_ wave: Waveform, _ stft: STFT) throws {
        var mel = Mel()
        mel.unit = .decibels
        mel.stft = stft
        mel.bands.count = Self.bands
        mel.bands.high = min(Self.highest, Double(rate) / 2)
        mel.decibels = Decibels(reference: .largest, topDb: 80)
        let table = try mel(wave)
        frames = table.frames
        levels = table.values.map { UInt8(max(0, min(255, ((Double($0) + 80) / 80 * 255).rounded()))) }
    }

    /// For the page: the levels in base64, frame after frame, the lowest band first.
    var json: JSONValue {
        [
            "seconds": seconds.encode(), "sample_rate": rate.encode(), "frames": frames.encode(),
            "bands": Self.bands.encode(), "highest_hz": min(Self.highest, Double(rate) / 2).encode(),
            "peaks": peaks.encode(), "levels": Data(levels).base64EncodedString().encode(),
        ]
    }
}
