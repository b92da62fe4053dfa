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
