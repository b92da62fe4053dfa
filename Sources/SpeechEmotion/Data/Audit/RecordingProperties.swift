import Foundation

/// What a recording is like, whatever is said in it: what equipment, room and editing leave behind.
public struct RecordingProperties: Sendable, Hashable {
    /// The sampling rate in Hz.
    public var rate: Int
    /// How many channels there are.
    public var channels: Int
    /// Seconds.
    public var seconds: Double
    /// The root mean square of all samples in dB below full scale, which is 0.
    public var level: Double
    /// The level of the quietest tenth of frames of 25 ms in dB: their 10th percentile.
    public var floor: Double

    /// Levels below this count as it: digital silence has none.
    static let silence = -120.0

    /// The properties of a sound of so many channels, which have been mixed down.
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

    /// Properties that are known.
    public init(rate: Int, channels: Int, seconds: Double, level: Double, floor: Double) {
        (self.rate, self.channels, self.seconds) = (rate, channels, seconds)
        (self.level, self.floor) = (level, floor)
    }
}
