/// A provider of the features of clips.
public protocol FeatureSource: Sendable {
    /// The shape of one clip's features.
    var shape: [Int] { get }
    /// Returns the features of a clip for each of some transforms of its waveform, nil being the recording itself.
    /// Thread-safe.
    func features(of clip: Clip, transforms: [WaveformTransform?]) throws -> [Features]
}
