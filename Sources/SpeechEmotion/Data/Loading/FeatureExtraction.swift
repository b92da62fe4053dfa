import Foundation

/// The features of many files, one after another, computed some at a time on all threads.
public struct FeatureExtraction: Sendable {
    private let source: PipelineSource
    private let views: SoundViews

    /// Files that are computed at a time, and whose features are in memory at once.
    private static let group = 32

    /// Takes results from `cache` and keeps them there, if there is one. Throws where the pipeline's options make no sense.
    public init(_ pipeline: FeaturePipeline, views: SoundViews = SoundViews(), cache: FeatureCache? = nil)
        throws
    {
        source = try PipelineSource(pipeline, cache: cache)
        self.views = views
    }

    /// Calls `body` for each file in the given order, with the features of its views, the sound itself first, or why there are none.
    public func callAsFunction(
        _ paths: [String], _ body: (_ index: Int, _ result: Result<[Features], any Error>) throws -> Void
    ) rethrows {
        try self(paths.map { Clip(id: $0, source: .file(path: $0, start: nil, end: nil), label: "") }, body)
    }

    /// Calls `body` for each clip in the given order, with the features of its views, the sound itself first, or why there are none.
    public func callAsFunction(
        _ clips: [Clip], _ body: (_ index: Int, _ result: Result<[Features], any Error>) throws -> Void
    ) rethrows {
        for start in stride(from: 0, to: clips.count, by: Self.group) {
            let part = Array(clips[start..<min(start + Self.group, clips.count)])
            let results = parallelMap(part.count) { index in
                Result { try source.features(of: part[index], views: views) }
            }
            for (i, result) in results.enumerated() { try body(start + i, result) }
        }
    }
}

extension AudioFile {
    /// How the names of sound files usually end.
    public static let usualEndings: Set<String> = [
        "wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "m4a", "aac", "webm", "aiff", "aif", "aifc", "au",
        "snd",
        "caf", "w64", "rf64", "sph", "nist", "mp4", "wma",
    ]

    /// The sound files in a folder and all folders in it, told by their names and in the order of these. Hidden files are
    /// left out. Throws where the folder cannot be read.
    public static func paths(inFolder folder: String) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return names.filter { name in
            let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
            return !isHidden && usualEndings.contains((name as NSString).pathExtension.lowercased())
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { folder + "/" + $0 }
    }
}
