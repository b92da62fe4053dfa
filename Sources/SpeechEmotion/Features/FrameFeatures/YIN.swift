import Autograd
import Configuration

/// The fundamental frequency (F0) by YIN.
public struct YIN: FramedFeature {
    public var range = PitchRange()
    public var threshold = 0.1

    /// The frames of `range`.
    public var frames: Frames {
        get { range.frames }
        set { range.frames = newValue }
    }

    public static let type = "yin"
    public static let summary =
        "Fundamental frequency (F0) in Hz by YIN; unvoiced frames have an estimate, too."
    public static var fields: [Field<Self>] {
        [
            .init("fmin", \.range.low, "Lowest F0 in Hz.", .above(0), .atMost(1e6)),
            .init(
                "fmax", \.range.high, "Highest F0 in Hz, at most half the sample rate.", .above(0),
                .atMost(1e6)),
            .init(
                "trough_threshold", \.threshold,
                "Absolute threshold of the difference function for a period.", .above(0), .atMost(1e6)),
        ] + frameFields
    }

    public init() {}
    /// One value, in Hz.
    public var width: Int { 1 }

    public func check(rate: Int) throws(InputError) { _ = try range.periods(rate: rate) }

    /// Computes [frames, 1] as librosa.yin.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try analysis.wave.pitch(range, threshold: threshold)
    }
}
