import SpeechEmotion

/// Features by a pipeline, for clips of any source; those of files come from a cache where there is one.
struct PipelineSource: FeatureSource {
    let pipeline: FeaturePipeline
    let shape: [Int]
    private let cached: CachedPipeline?

    /// Throws where the pipeline's options make no sense.
    init(_ pipeline: FeaturePipeline, cache: FeatureCache? = nil) throws {
        self.pipeline = pipeline
        shape = try pipeline.outputShape()
        cached = cache.map { CachedPipeline(pipeline, $0) }
    }

    func features(of clip: Clip, changed: SoundChange?) throws -> Features {
        let change = (changed ?? SoundChange { $0 }).apply
        switch clip.source {
        case .synthetic(let sound): return try pipeline.features(of: change(pipeline.prepared(sound.wave())))
        case .file(let path, let start, let end):
            let offset = start ?? 0
            let duration = end.map { $0 - offset }
            if let cached, changed == nil || changed?.key != nil {
                return try cached.features(
                    ofFile: path, offset: offset, duration: duration,
                    variant: changed?.key.map { "\($0) of \(clip.id)" } ?? "", change: change)
            }
            return try pipeline.features(
                of: change(pipeline.wave(ofFile: path, offset: offset, duration: duration)))
        }
    }
}
