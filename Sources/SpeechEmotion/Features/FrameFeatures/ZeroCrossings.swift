import Autograd
import Configuration

/// The zero-crossing rate.
public struct ZeroCrossings: FramedFeature {
    public var frames = Frames()

    public static let type = "zcr"
    public static let summary =
        "Zero-crossing rate: the fraction of samples in a frame at which the sign changes."
    public static var fields: [Field<Self>] { frameFields }

    public init() {}
    /// One value, from 0 to 1.
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.zero_crossing_rate.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try analysis.wave.zeroCrossingRate(frames)
    }
}
