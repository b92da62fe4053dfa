/// Features computed by a pipeline, for clips of any source; those of files are cached if there is a cache.
public struct PipelineSource: FeatureSource {
    let pipeline: FeaturePipeline
    public let shape: [Int]
    private let cached: CachedPipeline?

    /// Throws if the pipeline's options are invalid.
    public init(_ pipeline: FeaturePipeline, cache: FeatureCache? = nil) throws {
        self.pipeline = pipeline
        shape = try pipeline.outputShape()
        cached = cache.map { CachedPipeline(pipeline, $0) }
    }

    public func features(of clip: Clip, changed: WaveformTransform?) throws -> Features {
        try features(of: clip, changed) { try sound(of: clip) }
    }

    /// Reads and preprocesses the recording once, and only on a cache miss.
    public func features(of clip: Clip, changes: [WaveformTransform?]) throws -> [Features] {
        var read: Waveform?
        return try changes.map { change in
            try features(of: clip, change) {
                let sound = try read ?? sound(of: clip).sharingFrames()
                read = sound
                return sound
            }
        }
    }

    private func features(
        of clip: Clip, _ changed: WaveformTransform?, sound: () throws -> Waveform
    ) throws -> Features {
        func made() throws -> Waveform {
            let plain = try sound()
            return try changed?.apply(plain).adoptingCuts(of: plain) ?? plain
        }
        if case .file(let path, let start, let end) = clip.source, let cached,
            changed == nil || changed?.key != nil
        {
            return try cached.features(
                ofFile: path, offset: start ?? 0, duration: Self.duration(start, end),
                variant: changed?.key ?? "", sound: made)
        }
        return try pipeline.features(of: made())
    }

    /// Returns the preprocessed waveform of a clip.
    public func sound(of clip: Clip) throws -> Waveform {
        switch clip.source {
        case .synthetic(let sound): try pipeline.prepared(sound.wave())
        case .file(let path, let start, let end):
            try pipeline.wave(ofFile: path, offset: start ?? 0, duration: Self.duration(start, end))
        }
    }

    private static func duration(_ start: Double?, _ end: Double?) -> Double? {
        end.map { $0 - (start ?? 0) }
    }
}
