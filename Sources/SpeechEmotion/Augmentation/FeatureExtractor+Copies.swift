extension FeatureExtractor {
    /// Computes the features of many clips on all threads and passes them to `body` in order: those of the recording and of
    /// its augmented copies, or the error.
    public func forEach(
        _ clips: [Clip], copies: TestTimeAugmentation = TestTimeAugmentation(),
        _ body: (_ index: Int, _ result: Result<[Features], any Error>) throws -> Void
    ) throws {
        try parallelForEach(
            clips, batch: 32,
            compute: { clip in Result { try copies.features { try features(of: clip, transforms: $0) } } },
            body: body)
    }

    /// Computes the features of many files in order, as `forEach(_:copies:_:)` does for clips.
    public func forEach(
        _ paths: [String], copies: TestTimeAugmentation = TestTimeAugmentation(),
        _ body: (_ index: Int, _ result: Result<[Features], any Error>) throws -> Void
    ) throws {
        let clips = paths.map { Clip(id: $0, source: .file(path: $0, start: nil, end: nil), label: "") }
        try forEach(clips, copies: copies, body)
    }
}
