import Autograd
import Configuration

/// The root mean square (RMS) of each frame.
public struct RMS: FramedFeature {
    public var frames = Frames()

    public static let type = "rms"
    public static let summary = "Root mean square (RMS) energy of each frame."
    public static var fields: [Field<Self>] { frameFields }

    public init() {}
    /// One value; full scale is 1.
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.rms.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try analysis.wave.rmsOfFrames(frames)
    }
}
