import Autograd
import Configuration

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
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try analysis.magnitudes(stft).bandwidth
    }
}
