import Foundation

/// Properties of a recording that are independent of the speech: traces of equipment, room and editing.
public struct RecordingProperties: Sendable, Hashable {
    /// The sample rate in Hz.
    public var rate: Int
    /// The number of channels.
    public var channels: Int
    /// The duration in seconds.
    public var seconds: Double
    /// The RMS level in dB relative to full scale.
    public var level: Double
    /// The noise floor in dB: the 10th percentile of the levels of 25 ms frames.
    public var floor: Double

    /// The minimum level, which digital silence has.
    static let silence = -120.0

    /// Measures a waveform that was mixed down from a number of channels.
    init(_ wave: Waveform, channels: Int) {
        func decibels(_ power: Double) -> Double { max(Self.silence, 10 * log10(max(power, 1e-30))) }
        (rate, seconds, self.channels) = (wave.rate, wave.duration, channels)
        level = decibels(wave.rms * wave.rms)
        let size = max(1, wave.rate / 40)
        let frames = max(1, wave.count / size)
        let levels = (0..<frames).map { frame -> Double in
            let part = wave.samples[min(wave.count, frame * size)..<min(wave.count, (frame + 1) * size)]
            let power = part.reduce(0.0) { $0 + Double($1) * Double($1) }
            return decibels(power / Double(max(part.count, 1)))
        }
        floor = levels.sorted().quantile(0.1)
    }

    /// Creates properties from known values.
    public init(rate: Int, channels: Int, seconds: Double, level: Double, floor: Double) {
        (self.rate, self.channels, self.seconds) = (rate, channels, seconds)
        (self.level, self.floor) = (level, floor)
    }
}
