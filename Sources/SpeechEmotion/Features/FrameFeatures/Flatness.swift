import Autograd
import Configuration

/// The spectral flatness.
public struct Flatness: SpectralFeature {
    public var floor = 1e-10
    public var stft = STFT()

    public static let type = "flatness"
    public static let summary =
        "Spectral flatness: the geometric mean of the power spectrum divided by its arithmetic mean."
    public static var fields: [Field<Self>] {
        [.init("amin", \.floor, "Minimum power; smaller values are clamped.", .atLeast(1e-30), .atMost(1))]
            + stftFields
    }

    public init() {}
    /// One value from 0 (tonal) to 1 (white noise).
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.spectral_flatness.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try analysis.powers(stft).flatness(floor: floor)
    }
}
