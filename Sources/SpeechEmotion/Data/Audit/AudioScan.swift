import Autograd

/// Scans the audio of a corpus for duplicates and properties: done once, valid for every split.
public struct AudioScan: Sendable {
    /// Pairs of clips of the same recording. Of several equal clips, each is paired with the first.
    public var copies: [DuplicatePair]
    /// Clips that are silent.
    public var silent: [String]
    /// Clips that cannot be read.
    public var unreadable: [Omission]
    /// The durations of the clips in seconds, by id.
    public var durations: [String: Double]

    /// The properties of the recordings, by clip id.
    public var properties: [String: RecordingProperties]

    /// Reads and compares all clips. Augmented copies are skipped; a split knows them by `origin`.
    ///
    /// - Parameters:
    ///   - cache: A file that stores the audio fingerprints, so that the next scan need not read unchanged files. It is
    ///     rewritten; a damaged one is ignored.
    ///   - shouldStop: Whether to stop early: the scan is then invalid.
    public init(
        _ corpus: Corpus, cache: String? = nil, progress: Progress? = nil,
        shouldStop: @Sendable () -> Bool = { false }
    ) {
        let clips = corpus.clips.filter { $0.origin == nil }
        let store = FingerprintStore(cache)
        let results = parallelMap(clips.count, progress: progress) {
            index -> Result<AudioFingerprint, any Error> in
            if let known = store[clips[index]] { return .success(known) }
            if shouldStop() { return .failure(CancellationError()) }
            return Result { try AudioFingerprint(clips[index].wave(), channels: clips[index].channels()) }
        }
        let prints = results.map { try? $0.get() }
        store.write(zip(clips, prints))
        unreadable = zip(clips, results).compactMap { clip, result in
            if case .failure(let error) = result { Omission(clip, error) } else { nil }
        }
        silent = zip(clips, prints).compactMap { $1?.isSilent == true ? $0.id : nil }
        properties = Dictionary(
            zip(clips, prints).compactMap { clip, print in print.map { (clip.id, $0.properties) } },
            uniquingKeysWith: { first, _ in first })
        durations = properties.mapValues(\.seconds)
        copies = shouldStop() ? [] : DuplicateSearch(clips: clips, prints: prints).run()
    }
}
