import Autograd
import Configuration

/// The spectral roll-off frequency.
public struct Rolloff: SpectralFeature {
    public var rollPercent = 0.85
    public var stft = STFT()

    public static let type = "rolloff"
    public static let summary =
        "Spectral roll-off: the frequency in Hz below which a given fraction of the total magnitude lies."
    public static var fields: [Field<Self>] {
        [
            .init(
                "roll_percent", \.rollPercent, "Roll-off fraction of the total magnitude.", .above(0),
                .below(1))
        ]
            + stftFields
    }

    public init() {}
    /// One value, in Hz.
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.spectral_rolloff.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try analysis.magnitudes(stft).rolloff(rollPercent)
    }
}
