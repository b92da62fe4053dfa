/// A pipeline whose results are cached on disk.
public struct CachedPipeline: Sendable {
    /// The pipeline.
    public let pipeline: FeaturePipeline
    private let cache: FeatureCache
    private let fingerprint: String

    /// Caches the results of `pipeline` in `cache`.
    public init(_ pipeline: FeaturePipeline, _ cache: FeatureCache) {
        self.pipeline = pipeline
        self.cache = cache
        fingerprint = pipeline.fingerprint
    }

    /// Returns the features of a file or of a segment of it, as `FeaturePipeline.features(ofFile:offset:duration:)`.
    ///
    /// - Parameters:
    ///   - variant: Identifies `change`: the options of an augmentation, its seed, the copy and the clip.
    ///   - change: Applied to the preprocessed waveform before its features are computed.
    public func features(
        ofFile path: String, offset: Double = 0, duration: Double? = nil, variant: String = "",
        change: (Waveform) throws -> Waveform = { $0 }
    ) throws -> Features {
        try features(ofFile: path, offset: offset, duration: duration, variant: variant) {
            let plain = try pipeline.wave(ofFile: path, offset: offset, duration: duration)
            return try change(plain).adoptingCuts(of: plain)
        }
    }

    /// Returns the features of a file whose waveform may be in memory already.
    ///
    /// - Parameter sound: The preprocessed waveform of that segment of the file, changed as `variant` identifies;
    ///   called on a cache miss.
    public func features(
        ofFile path: String, offset: Double = 0, duration: Double? = nil, variant: String,
        sound: () throws -> Waveform
    ) throws -> Features {
        let part = "\(offset) \(duration.map { "\($0)" } ?? "-")"
        return try cache.features(ofFile: path, recipe: "\(fingerprint)\n\(part)\n\(variant)") {
            try pipeline.features(of: sound())
        }
    }
}
