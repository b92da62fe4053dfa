import Autograd
import Configuration

/// The chromagram: the energy of each pitch class.
public struct Chroma: ChromaFeature {
    public var bands = ChromaBands()
    public var usesMagnitude = false
    public var stft = STFT()

    public static let type = "chroma"
    public static let summary = "Chromagram: the energy of each pitch class, as librosa.feature.chroma_stft."
    public static var fields: [Field<Self>] {
        [
            .init(
                "n_chroma", \.bands.count, "Number of chroma bins per octave, starting at C.",
                .range(1...ChromaBands.most))
        ]
            + chromaFields + stftFields
    }

    public init() {}

    /// The number of chroma bins.
    public var width: Int { bands.count }

    /// Computes [frames, n_chroma] as librosa.feature.chroma_stft.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try chroma(of: analysis).table
    }
}
