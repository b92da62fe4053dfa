import Autograd
import Configuration

/// The layout in which a model receives the features of a recording.
public protocol FeatureLayout: TaggedOptions {
    /// The shape of every result: [frames, channels], [channels] or [height, width, colors].
    var outputShape: [Int] { get }
    /// The names of the channels of the last axis.
    var names: [String] { get }
    /// Throws if the options are invalid for a sample rate.
    func check(rate: Int) throws(InputError)
    /// Computes the features of a waveform. Throws for waveforms that are too short or contain NaN or infinity.
    func features(of analysis: WaveformAnalysis) throws(InputError) -> Features
}

/// The registered layouts.
public enum LayoutKinds: Registry {
    /// The type of a decoded config entry.
    public typealias Value = any FeatureLayout

    public static var noun: String { "layout" }
    public static var builtIn: [any TaggedOptions.Type] {
        [FrameSequence.self, Summary.self, ImageLayout.self, EGeMAPSLayout.self, TableLayout.self]
    }
}

/// A layout of any registered type in a config.
public typealias AnyFeatureLayout = Tagged<LayoutKinds>
