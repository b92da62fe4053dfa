import Foundation

/// Computes the features of many files in order, several at a time on all threads.
public struct FeatureExtraction: Sendable {
    private let source: PipelineSource
    private let views: TestTimeAugmentation

    /// The number of files that are processed, and whose features are in memory, at a time.
    private static let group = 32

    /// Creates an extraction that uses `cache`, if given. Throws if the pipeline's options are invalid.
    public init(_ pipeline: FeaturePipeline, views: TestTimeAugmentation = TestTimeAugmentation(), cache: FeatureCache? = nil)
        throws
    {
        source = try PipelineSource(pipeline, cache: cache)
        self.views = views
    }

    /// Calls `body` for each file in order, with the features of the recording and its augmented copies, or the error.
    public func callAsFunction(
        _ paths: [String], _ body: (_ index: Int, _ result: Result<[Features], any Error>) throws -> Void
    ) rethrows {
        try self(paths.map { Clip(id: $0, source: .file(path: $0, start: nil, end: nil), label: "") }, body)
    }

    /// Calls `body` for each clip in order, with the features of the recording and its augmented copies, or the error.
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
    /// The usual extensions of audio files.
    public static let usualEndings: Set<String> = [
        "wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "m4a", "aac", "webm", "aiff", "aif", "aifc", "au",
        "snd",
        "caf", "w64", "rf64", "sph", "nist", "mp4", "wma",
    ]

    /// The audio files below a folder, found by their extensions and sorted by path. Hidden files are skipped. Throws
    /// if the folder cannot be read.
    public static func paths(inFolder folder: String) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return names.filter { name in
            let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
            return !isHidden && usualEndings.contains((name as NSString).pathExtension.lowercased())
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { folder + "/" + $0 }
    }
}
