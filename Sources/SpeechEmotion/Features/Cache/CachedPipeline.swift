/// A pipeline whose results are kept on disk.
public struct CachedPipeline: Sendable {
    /// The pipeline.
    public let pipeline: FeaturePipeline
    private let cache: FeatureCache
    private let fingerprint: String

    /// Keeps results of `pipeline` in `cache`.
    public init(_ pipeline: FeaturePipeline, _ cache: FeatureCache) {
        self.pipeline = pipeline
        self.cache = cache
        fingerprint = pipeline.fingerprint
    }

    /// The features of a file or of a part of it, as `FeaturePipeline.features(ofFile:offset:duration:)`.
    ///
    /// - Parameters:
    ///   - variant: Says what `change` does, so that another change is another result: the options of an
    ///     augmentation, its seed, the row and the clip.
    ///   - change: Changes the prepared sound before its features.
    public func features(
        ofFile path: String, offset: Double = 0, duration: Double? = nil, variant: String = "",
        change: (Waveform) throws -> Waveform = { $0 }
    ) throws -> Features {
        try features(ofFile: path, offset: offset, duration: duration, variant: variant) {
            let plain = try pipeline.wave(ofFile: path, offset: offset, duration: duration)
            return try change(plain).adoptingCuts(of: plain)
        }
    }

    /// The same of a file whose sound may be at hand already.
    ///
    /// - Parameter sound: The prepared sound of that part of the file, changed as `variant` says; asked for where the cache has no
    ///   result.
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
