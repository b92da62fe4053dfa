/// A provider of the features of clips.
public protocol FeatureSource: Sendable {
    /// The shape of one clip's features.
    var shape: [Int] { get }
    /// Returns the features of a clip, after a transform of its waveform if one is given. Thread-safe.
    func features(of clip: Clip, changed: WaveformTransform?) throws -> Features
    /// Returns the features of a clip for several transforms, nil being the recording itself: what
    /// `features(of:changed:)` returns for each.
    func features(of clip: Clip, changes: [WaveformTransform?]) throws -> [Features]
}

extension FeatureSource {
    /// Computes one after another; a source that can read a recording once for all of them does better.
    public func features(of clip: Clip, changes: [WaveformTransform?]) throws -> [Features] {
        try changes.map { try features(of: clip, changed: $0) }
    }

    /// Returns the features of a clip and of its augmented copies, the recording first; see `TestTimeAugmentation.made` for
    /// recordings that are too short.
    public func features(of clip: Clip, views: TestTimeAugmentation) throws -> [Features] {
        try views.made { try features(of: clip, changes: $0) }
    }
}

/// A transform of a clip's waveform before its features are computed.
public struct WaveformTransform: Sendable {
    /// Identifies the transform: features of a clip with the same key are always equal, and can be cached. nil disables
    /// caching.
    public var key: String?
    /// Returns the transformed waveform.
    public var apply: @Sendable (Waveform) throws -> Waveform

    /// Creates a transform with its key.
    public init(key: String? = nil, apply: @escaping @Sendable (Waveform) throws -> Waveform) {
        self.key = key
        self.apply = apply
    }
}
