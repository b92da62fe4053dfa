import Autograd
import Configuration

/// The spectral contrast.
public struct Contrast: SpectralFeature {
    public var bands = ContrastBands()
    public var stft = STFT()

    public static let type = "contrast"
    public static let summary =
        "Spectral contrast: the difference between peaks and valleys of the magnitude in octave bands (Jiang et al. 2002)."
    public static var fields: [Field<Self>] {
        [
            .init(
                "n_bands", \.bands.octaves, "Number of octave bands above the lowest band.", .range(1...32)),
            .init("fmin", \.bands.low, "Lower edge of the first octave band in Hz.", .above(0), .atMost(1e6)),
            .init(
                "quantile", \.bands.quantile,
                "Fraction of the bins in a band that are averaged for its peak and for its valley.",
                .above(0),
                .below(1)),
            .init(
                "linear", \.bands.isLinear,
                "Whether to return the linear difference of magnitudes instead of decibels."),
        ] + stftFields
    }

    public init() {}
    /// The octave bands and the band below them.
    public var width: Int { bands.octaves + 1 }

    public func check(rate: Int) throws(InputError) {
        try stft.check()
        _ = try bands.bands(stft, rate: rate)
    }

    /// Computes [frames, n_bands + 1] as librosa.feature.spectral_contrast.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        // Valleys are most sensitive to rounding.
        try analysis.preciseMagnitudes(stft).contrast(bands)
    }
}
