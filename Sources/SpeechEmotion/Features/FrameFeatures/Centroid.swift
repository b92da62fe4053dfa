import Autograd
import Configuration

/// The spectral centroid.
public struct Centroid: SpectralFeature {
    public var stft = STFT()

    public static let type = "centroid"
    public static let summary =
        "Spectral centroid: the mean frequency in Hz, weighted by the magnitude of the bins."
    public static var fields: [Field<Self>] { stftFields }

    public init() {}
    /// One value, in Hz.
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.spectral_centroid; 0 for silence.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try analysis.magnitudes(stft).centroid
    }
}
