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
            .init("magnitude", \.usesMagnitude, "Whether to use the magnitude spectrogram instead of the power spectrogram."),
        ]
    }

    func chroma(of analysis: WaveformAnalysis) throws(DataError) -> FrameBlocks {
        try (usesMagnitude ? analysis.magnitudes(stft) : analysis.powers(stft)).chroma(bands)
    }

    public func check(rate: Int) throws(DataError) {
        try stft.check()
        try bands.check()
    }
}

/// The chromagram: the energy of each pitch class.
public struct Chroma: ChromaFeature {
    public var bands = ChromaBands()
    public var usesMagnitude = false
    public var stft = STFT()

    public static let type = "chroma"
    public static let summary = "Chromagram: the energy of each pitch class, as librosa.feature.chroma_stft."
    public static var fields: [Field<Self>] {
        [.init("n_chroma", \.bands.count, "Number of chroma bins per octave, starting at C.", .range(1...ChromaBands.most))]
            + chromaFields + stftFields
    }

    public init() {}

    /// The number of chroma bins.
    public var width: Int { bands.count }

    /// Computes [frames, n_chroma] as librosa.feature.chroma_stft.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try chroma(of: analysis).table
    }
}

/// The tonal centroid features (tonnetz).
public struct Tonnetz: ChromaFeature {
    public var bands = ChromaBands()
    public var usesMagnitude = false
    public var stft = STFT()

    public static let type = "tonnetz"
    public static let summary = "Tonal centroid features (tonnetz): projections of the chromagram onto circles of fifths, minor and major thirds."
    public static var fields: [Field<Self>] { chromaFields + stftFields }

    public init() {}

    /// Two values for each of fifths, minor thirds and major thirds.
    public var width: Int { 6 }

    /// Computes [frames, 6] from the chromagram.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try chroma(of: analysis).tonnetz.table
    }
}
