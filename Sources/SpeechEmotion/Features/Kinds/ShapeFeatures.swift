import Configuration

/// The mean frequency.
public struct Centroid: SpectralFeature {
    public var stft = STFT()

    public static let type = "centroid"
    public static let summary = "The mean frequency in Hz, weighted with the sizes of the bins."
    public static var fields: [Field<Self>] { stftFields }

    public init() {}
    /// One number, in Hz.
    public var width: Int { 1 }

    /// [frames, 1] as librosa.feature.spectral_centroid; 0 in silence.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try sound.sizes(stft).centroid
    }
}

/// The deviation from the mean frequency.
public struct Bandwidth: SpectralFeature {
    public var stft = STFT()

    public static let type = "bandwidth"
    public static let summary =
        "The deviation from the mean frequency in Hz, weighted with the sizes of the bins."
    public static var fields: [Field<Self>] { stftFields }

    public init() {}
    /// One number, in Hz.
    public var width: Int { 1 }

    /// [frames, 1] as librosa.feature.spectral_bandwidth; 0 in silence.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try sound.sizes(stft).bandwidth
    }
}

/// The frequency up to which most of a spectrum lies.
public struct Rolloff: SpectralFeature {
    public var share = 0.85
    public var stft = STFT()

    public static let type = "rolloff"
    public static let summary = "The frequency in Hz up to which a part of the sum of all sizes lies."
    public static var fields: [Field<Self>] {
        [.init("roll_percent", \.share, "Which part.", .above(0), .below(1))] + stftFields
    }

    public init() {}
    /// One number, in Hz.
    public var width: Int { 1 }

    /// [frames, 1] as librosa.feature.spectral_rolloff.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try sound.sizes(stft).rolloff(share)
    }
}

/// How much like noise a spectrum is.
public struct Flatness: SpectralFeature {
    public var floor = 1e-10
    public var stft = STFT()

    public static let type = "flatness"
    public static let summary = "How much like noise: the geometric over the arithmetic mean of the powers."
    public static var fields: [Field<Self>] {
        [.init("amin", \.floor, "Powers below it count as it.", .atLeast(1e-30), .atMost(1))] + stftFields
    }

    public init() {}
    /// One number, from 0 to 1: the larger, the more like noise.
    public var width: Int { 1 }

    /// [frames, 1] as librosa.feature.spectral_flatness.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try sound.powers(stft).flatness(floor: floor)
    }
}

/// Peaks against valleys in octaves.
public struct Contrast: SpectralFeature {
    public var bands = ContrastBands()
    public var stft = STFT()

    public static let type = "contrast"
    public static let summary = "Peaks against valleys of the sizes in octaves and in what lies below them."
    public static var fields: [Field<Self>] {
        [
            .init("n_bands", \.bands.octaves, "Octaves above the lowest band.", .range(1...32)),
            .init("fmin", \.bands.low, "Where the first octave begins, in Hz.", .above(0)),
            .init(
                "quantile", \.bands.quantile, "The part of a band's bins that is peak, and valley.",
                .above(0),
                .below(1)),
            .init("linear", \.bands.isLinear, "Differences of sizes rather than of decibels."),
        ] + stftFields
    }

    public init() {}
    /// The octaves, and what lies below them.
    public var width: Int { bands.octaves + 1 }

    public func check(rate: Int) throws(SoundProblem) {
        try stft.check()
        _ = try bands.bands(stft, rate: rate)
    }

    /// [frames, octaves + 1] as librosa.feature.spectral_contrast.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        // Valleys are where rounding would show.
        try sound.preciseSizes(stft).contrast(bands)
    }
}

/// The spectrogram itself.
public struct Bins: SpectralFeature {
    public var unit = Mel.Unit.power
    public var stft = STFT()
    public var decibels = Decibels()

    public static let type = "spectrogram"
    public static let summary = "All bins of the transform: powers, sizes or decibels."
    public static var fields: [Field<Self>] {
        [
            .init("scale", \.unit, "Powers, sizes, or powers in decibels."),
            .init("ref", \.decibels.reference, "The power that is 0 dB, or \"max\" for the largest."),
            .init("amin", \.decibels.floor, "Powers below it count as it.", .atLeast(1e-30)),
            .init(
                "top_db", \.decibels.range, "How far below the largest others may lie; null is any.",
                .atLeast(0)),
        ] + stftFields
    }

    public init() {}
    /// `fft / 2 + 1`.
    public var width: Int { stft.bins }

    /// [frames, fft / 2 + 1] in the unit of the options.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        switch unit {
        case .power: try sound.powers(stft).bins.table
        case .magnitude: try sound.sizes(stft).bins.table
        case .decibels: try sound.powers(stft).bins.decibels(decibels).table
        }
    }
}
