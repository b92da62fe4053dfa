/// A reason why a prediction for a recording is not meaningful.
public enum AudioWarning: Sendable, Hashable, CustomStringConvertible {
    /// Nothing is audible: the peak level in dB relative to full scale; minus infinity for digital silence.
    case silent(peak: Double)
    /// The recording is shorter than any word: the duration in seconds.
    case short(seconds: Double)

    /// The peak level in dB relative to full scale up to which a recording is silent.
    public static let silence = -60.0
    /// The duration in seconds below which a recording is too short.
    public static let shortest = 0.1

    /// Whether nothing is audible.
    public var isSilent: Bool { if case .silent = self { true } else { false } }

    /// The warning in a few words, with the measured value and the limit.
    public var description: String {
        return switch self {
        case .silent(let peak) where peak == -.infinity: "digital silence"
        case .silent(let peak):
            "silent: the peak level is \((peak * 10).rounded() / 10) dBFS (limit: \(Int(Self.silence)) dBFS)"
        case .short(let seconds):
            "too short: \((seconds * 1e4).rounded(.down) / 1e4) s (minimum: \(Self.shortest) s)"
        }
    }
}

extension Waveform {
    /// The reasons why predictions for this waveform are not meaningful; usually none.
    public var warnings: [AudioWarning] {
        var check = AudibilityCheck(rate: rate)
        samples.withUnsafeBufferPointer { check.add($0) }
        return check.warnings
    }
}

extension AudioFile {
    /// Returns the reasons why predictions for a part of a file are not meaningful; usually none. Reads no more samples than
    /// that takes.
    package static func warnings(
        _ path: String, offset: Double = 0, duration: Double? = nil
    ) throws -> [AudioWarning] {
        try OpenedAudioFile(path: path).warnings(AudioSegment(offset: offset, duration: duration))
    }
}
