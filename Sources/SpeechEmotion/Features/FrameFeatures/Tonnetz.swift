import Autograd
import Configuration

/// The tonal centroid features (tonnetz).
public struct Tonnetz: ChromaFeature {
    public var bands = ChromaBands()
    public var usesMagnitude = false
    public var stft = STFT()

    public static let type = "tonnetz"
    public static let summary =
        "Tonal centroid features (tonnetz): projections of the chromagram onto circles of fifths, minor and major thirds."
    public static var fields: [Field<Self>] { chromaFields + stftFields }

    public init() {}

    /// Two values for each of fifths, minor thirds and major thirds.
    public var width: Int { 6 }

    /// Computes [frames, 6] from the chromagram.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try chroma(of: analysis).tonnetz.table
    }
}
