import Configuration

/// A feature of the notes of the scale.
protocol ChromaFeature: SpectralFeature {
    var bands: ChromaBands { get set }
    var ofSizes: Bool { get set }
}

extension ChromaFeature {
    static var chromaFields: [Field<Self>] {
        [
            .init(
                "tuning", \.bands.tuning,
                "How far the notes lie from A = 440 Hz, in steps; null estimates it from each sound.",
                .range(-100...100)),
            .init("norm", \.bands.norm, "What the notes of a frame are divided by."),
            .init("magnitude", \.ofSizes, "Of the sizes of the bins rather than of their squares."),
        ]
    }

    func chroma(of sound: SoundAnalysis) throws(SoundProblem) -> FrameBlocks {
        try (ofSizes ? sound.sizes(stft) : sound.powers(stft)).chroma(bands)
    }

    public func check(rate: Int) throws(SoundProblem) {
        try stft.check()
        try bands.check()
    }
}

/// How strong each note is, whatever its octave.
public struct Chroma: ChromaFeature {
    public var bands = ChromaBands()
    public var ofSizes = false
    public var stft = STFT()

    public static let type = "chroma"
    public static let summary = "How strong each note is, whatever its octave."
    public static var fields: [Field<Self>] {
        [.init("n_chroma", \.bands.count, "Notes of an octave, from C on.", .range(1...ChromaBands.most))]
            + chromaFields + stftFields
    }

    public init() {}

    /// As many as notes in an octave.
    public var width: Int { bands.count }

    /// [frames, count] as librosa.feature.chroma_stft.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try chroma(of: sound).table
    }
}

/// Where the harmony lies on circles of fifths and thirds.
public struct Tonnetz: ChromaFeature {
    public var bands = ChromaBands()
    public var ofSizes = false
    public var stft = STFT()

    public static let type = "tonnetz"
    public static let summary = "Where the harmony lies on circles of fifths, minor and major thirds."
    public static var fields: [Field<Self>] { chromaFields + stftFields }

    public init() {}

    /// Two for each of fifths, minor thirds and major thirds.
    public var width: Int { 6 }

    /// [frames, 6] of the chroma of each frame.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try chroma(of: sound).tonnetz.table
    }
}
