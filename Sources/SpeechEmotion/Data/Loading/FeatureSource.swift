/// Gives the features of clips, from their sounds or from a cache.
public protocol FeatureSource: Sendable {
    /// The shape of one clip's features.
    var shape: [Int] { get }
    /// The features of a clip; of its changed sound where a change is given. Safe on several threads at once.
    func features(of clip: Clip, changed: SoundChange?) throws -> Features
    /// The features of a clip by each of some changes, nil being its sound as it is: what `features(of:changed:)` gives for each.
    func features(of clip: Clip, changes: [SoundChange?]) throws -> [Features]
}

extension FeatureSource {
    /// One after another; a source that can read a sound once for all of them does better.
    public func features(of clip: Clip, changes: [SoundChange?]) throws -> [Features] {
        try changes.map { try features(of: clip, changed: $0) }
    }

    /// The features of a clip in all of some views, the sound itself first; see `SoundViews.made` for sounds that are too short.
    public func features(of clip: Clip, views: SoundViews) throws -> [Features] {
        try views.made { try features(of: clip, changes: $0) }
    }
}

/// A change of a clip's sound before features are taken of it.
public struct SoundChange: Sendable {
    /// Names the change: a clip's features under the same key are always the same, and may be kept. nil where they are not to be kept.
    public var key: String?
    /// The changed sound.
    public var apply: @Sendable (Waveform) throws -> Waveform

    /// A change with its name.
    public init(key: String? = nil, apply: @escaping @Sendable (Waveform) throws -> Waveform) {
        self.key = key
        self.apply = apply
    }
}
