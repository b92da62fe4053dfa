import Autograd
import Configuration

/// The fundamental frequency (F0) by probabilistic YIN.
public struct PYIN: FramedFeature {
    public var range = PitchRange()

    /// The frames of `range`.
    public var frames: Frames {
        get { range.frames }
        set { range.frames = newValue }
    }

    public static let type = "pyin"
    public static let summary =
        "Fundamental frequency (F0) by probabilistic YIN (pYIN): F0 in Hz (0 if unvoiced), a voicing flag, and the voicing probability."
    public static var fields: [Field<Self>] {
        [
            .init("fmin", \.range.low, "Lowest F0 in Hz.", .above(0), .atMost(1e6)),
            .init(
                "fmax", \.range.high, "Highest F0 in Hz, at most half the sample rate.", .above(0),
                .atMost(1e6)),
        ] + frameFields
    }

    public init() {}
    /// F0, voicing flag and voicing probability.
    public var width: Int { 3 }
    /// The names of the three columns.
    public var names: [String] { ["pyin_f0", "pyin_voiced", "pyin_probability"] }

    public func check(rate: Int) throws(InputError) { _ = try range.periods(rate: rate) }

    /// Computes [frames, 3] as librosa.pyin: F0 in Hz or 0 if unvoiced, 1 or 0 for voicing, and the voicing
    /// probability.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        let track = try analysis.wave.probablePitch(range)
        var rows: [Float] = []
        for (i, frequency) in track.frequencies.enumerated() {
            rows += [frequency, track.isVoiced[i] ? 1 : 0, track.probabilities[i]]
        }
        return FrameTable(frames: track.frequencies.count, width: 3, values: rows)
    }
}
