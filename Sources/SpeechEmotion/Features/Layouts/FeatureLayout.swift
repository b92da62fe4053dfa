import Configuration

/// In which form a model gets the features of a sound.
public protocol FeatureLayout: TaggedOptions {
    /// The shape of every result, whatever the sound: [frames, channels], [channels] or [height, width,
    /// colours].
    var outputShape: [Int] { get }
    /// What the numbers of the last axis are called.
    var names: [String] { get }
    /// Throws where the options make no sense for sounds of a rate.
    func check(rate: Int) throws(SoundProblem)
    /// The features of a sound. Throws for sounds that are too short or hold what is no number.
    func features(of sound: SoundAnalysis) throws(SoundProblem) -> Features
}

/// The forms that a config may name.
public enum LayoutKinds: Registry {
    /// What stands in a config is a layout.
    public typealias Value = any FeatureLayout

    public static var noun: String { "layout" }
    public static var builtIn: [any TaggedOptions.Type] { [FrameSequence.self, Summary.self, Picture.self] }
}

/// A form of any kind inside a config.
public typealias AnyFeatureLayout = Tagged<LayoutKinds>
