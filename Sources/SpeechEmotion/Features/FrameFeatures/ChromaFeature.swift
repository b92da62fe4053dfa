import Autograd
import Configuration

/// A feature computed from pitch classes.
protocol ChromaFeature: SpectralFeature {
    var bands: ChromaBands { get set }
    var usesMagnitude: Bool { get set }
}

extension ChromaFeature {
    static var chromaFields: [Field<Self>] {
        [
            .init(
                "tuning", \.bands.tuning,
                "Deviation from A440 tuning in fractions of a chroma bin; `null` estimates it from each recording.",
                .range(-100...100)),
            .init("norm", \.bands.norm, "Normalization of each frame."),
            .init(
                "magnitude", \.usesMagnitude,
                "Whether to use the magnitude spectrogram instead of the power spectrogram."),
        ]
    }

    func chroma(of analysis: WaveformAnalysis) throws(InputError) -> FrameBlocks {
        try (usesMagnitude ? analysis.magnitudes(stft) : analysis.powers(stft)).chroma(bands)
    }

    public func check(rate: Int) throws(InputError) {
        try stft.check()
        try bands.check()
    }
}
