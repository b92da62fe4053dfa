import Autograd

/// Computes the features of clips with a pipeline, or takes them from a cache.
public struct FeatureExtractor: FeatureSource {
    /// The pipeline.
    public let pipeline: FeaturePipeline
    public let shape: [Int]
    private let cache: FeatureCache?
    private let fingerprint: String

    /// Creates an extractor. Features of files are kept in `cache`, if given; those of synthetic clips are not. Throws if
    /// the pipeline's options are invalid.
    public init(_ pipeline: FeaturePipeline, cache: FeatureCache? = nil) throws {
        let pipeline = try pipeline.pinned()
        self.pipeline = pipeline
        self.cache = cache
        shape = try pipeline.outputShape()
        fingerprint = pipeline.fingerprint
    }

    /// Reads and preprocesses the recording once for all transforms, and only on a cache miss.
    public func features(of clip: Clip, transforms: [WaveformTransform?] = [nil]) throws -> [Features] {
        if let table = pipeline.layout.value as? TableLayout {
            guard transforms.allSatisfy({ $0 == nil }) else {
                throw InputError(
                    "the augmentation of waveforms", found: "the layout \"table\", which has no waveforms",
                    allowed: "augmentation of features, or none")
            }
            return try transforms.map { _ in try table.features(ofClip: clip.id) }
        }
        var loaded: Waveform?
        return try transforms.map { transform in
            func compute() throws -> Features {
                let waveform = try loaded ?? waveform(of: clip).sharingFrames()
                loaded = waveform
                let transformed = try transform?.apply(waveform).adoptingTruncation(of: waveform)
                return try pipeline.features(of: transformed ?? waveform)
            }
            guard let cache, case .file(let path, let start, let end) = clip.source,
                transform == nil || transform?.key != nil
            else { return try compute() }
            let segment = "\(start ?? 0) \(end.map { "\($0 - (start ?? 0))" } ?? "-")"
            return try cache.features(
                ofFile: path, recipe: "\(fingerprint)\n\(segment)\n\(transform?.key ?? "")", make: compute)
        }
    }

    /// Returns the preprocessed waveform of a clip.
    public func waveform(of clip: Clip) throws -> Waveform {
        switch clip.source {
        case .synthetic(let clip): try pipeline.preprocessed(clip.wave())
        case .file(let path, let start, let end):
            try pipeline.wave(ofFile: path, offset: start ?? 0, duration: end.map { $0 - (start ?? 0) })
        }
    }
}
