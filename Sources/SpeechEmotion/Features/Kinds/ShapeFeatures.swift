import Configuration

/// The spectral centroid.
public struct Centroid: SpectralFeature {
    public var stft = STFT()

    public static let type = "centroid"
    public static let summary = "Spectral centroid: the mean frequency in Hz, weighted by the magnitude of the bins."
    public static var fields: [Field<Self>] { stftFields }

    public init() {}
    /// One value, in Hz.
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.spectral_centroid; 0 for silence.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try analysis.magnitudes(stft).centroid
    }
}

/// The spectral bandwidth.
public struct Bandwidth: SpectralFeature {
    public var stft = STFT()

    public static let type = "bandwidth"
    public static let summary =
        "Spectral bandwidth: the standard deviation around the centroid in Hz, weighted by the magnitude of the bins."
    public static var fields: [Field<Self>] { stftFields }

    public init() {}
    /// One value, in Hz.
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.spectral_bandwidth; 0 for silence.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try analysis.magnitudes(stft).bandwidth
    }
}

/// The spectral roll-off frequency.
public struct Rolloff: SpectralFeature {
    public var share = 0.85
    public var stft = STFT()

    public static let type = "rolloff"
    public static let summary = "Spectral roll-off: the frequency in Hz below which a given fraction of the total magnitude lies."
    public static var fields: [Field<Self>] {
        [.init("roll_percent", \.share, "Roll-off fraction of the total magnitude.", .above(0), .below(1))] + stftFields
    }

    public init() {}
    /// One value, in Hz.
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.spectral_rolloff.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try analysis.magnitudes(stft).rolloff(share)
    }
}

/// The spectral flatness.
public struct Flatness: SpectralFeature {
    public var floor = 1e-10
    public var stft = STFT()

    public static let type = "flatness"
    public static let summary = "Spectral flatness: the geometric mean of the power spectrum divided by its arithmetic mean."
    public static var fields: [Field<Self>] {
        [.init("amin", \.floor, "Minimum power; smaller values are clamped.", .atLeast(1e-30), .atMost(1))] + stftFields
    }

    public init() {}
    /// One value from 0 (tonal) to 1 (white noise).
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.spectral_flatness.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try analysis.powers(stft).flatness(floor: floor)
    }
}

/// The spectral contrast.
public struct Contrast: SpectralFeature {
    public var bands = ContrastBands()
    public var stft = STFT()

    public static let type = "contrast"
    public static let summary = "Spectral contrast: the difference between peaks and valleys of the magnitude in octave bands (Jiang et al. 2002)."
    public static var fields: [Field<Self>] {
        [
            .init("n_bands", \.bands.octaves, "Number of octave bands above the lowest band.", .range(1...32)),
            .init("fmin", \.bands.low, "Lower edge of the first octave band in Hz.", .above(0)),
            .init(
                "quantile", \.bands.quantile, "Quantile of the bins in a band that count as peak and as valley.",
                .above(0),
                .below(1)),
            .init("linear", \.bands.isLinear, "Whether to return the linear difference of magnitudes instead of decibels."),
        ] + stftFields
    }

    public init() {}
    /// The octave bands and the band below them.
    public var width: Int { bands.octaves + 1 }

    public func check(rate: Int) throws(DataError) {
        try stft.check()
        _ = try bands.bands(stft, rate: rate)
    }

    /// Computes [frames, n_bands + 1] as librosa.feature.spectral_contrast.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        // Valleys are most sensitive to rounding.
        try analysis.preciseMagnitudes(stft).contrast(bands)
    }
}

/// The spectrogram itself.
public struct Bins: SpectralFeature {
    public var unit = Mel.Unit.power
    public var stft = STFT()
    public var decibels = Decibels()

    public static let type = "spectrogram"
    public static let summary = "A spectrogram: the magnitude or power of the short-time Fourier transform."
    public static var fields: [Field<Self>] {
        [
            .init("scale", \.unit, "Scale of the values: `power`, `magnitude`, or `db` for the power in decibels."),
            .init("ref", \.decibels.reference, "Reference power of 0 dB, or \"max\" for the maximum."),
            .init("amin", \.decibels.floor, "Minimum power; smaller values are clamped.", .atLeast(1e-30)),
            .init(
                "top_db", \.decibels.range, "Dynamic range in dB: values are clamped to the maximum minus `top_db`; `null` disables it.",
                .atLeast(0)),
        ] + stftFields
    }

    public init() {}
    /// `n_fft / 2 + 1`.
    public var width: Int { stft.bins }

    /// Computes [frames, n_fft / 2 + 1] on the scale of the options.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        switch unit {
        case .power: try analysis.powers(stft).bins.table
        case .magnitude: try analysis.magnitudes(stft).bins.table
        case .decibels: try analysis.powers(stft).bins.decibels(decibels).table
        }
    }
}
