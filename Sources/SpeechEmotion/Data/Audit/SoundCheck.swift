import Autograd

/// What the sounds of a corpus say about each other: done once, good for every split of it.
public struct SoundCheck: Sendable {
    /// Clips that hold the same recording. Of several equal ones each is paired with the first.
    public var copies: [SoundCopy]
    /// Clips without any sound.
    public var silent: [String]
    /// Clips that cannot be read.
    public var unreadable: [Omission]
    /// How long the clips last, by id, in seconds.
    public var durations: [String: Double]

    /// How the clips were recorded, by id.
    public var properties: [String: RecordingProperties]

    /// Reads every clip and compares all of them. Changed copies of clips are passed over; a split knows them by `origin`.
    ///
    /// - Parameter cache: A file that keeps what was found of each sound, so that the next check need not read those that
    ///   have not changed. It is written anew; a damaged one is ignored.
    /// - Parameter shouldStop: Whether the rest may be left: the check is of no use then.
    public init(
        _ corpus: Corpus, cache: String? = nil, progress: Progress? = nil,
        shouldStop: @Sendable () -> Bool = { false }
    ) {
        let clips = corpus.clips.filter { $0.origin == nil }
        let store = PrintStore(cache)
        let results = parallelMap(clips.count, progress: progress) { index -> Result<SoundPrint, any Error> in
            if let known = store[clips[index]] { return .success(known) }
            if shouldStop() { return .failure(CancellationError()) }
            return Result { try SoundPrint(clips[index].wave(), channels: clips[index].channels()) }
        }
        let prints = results.map { try? $0.get() }
        store.write(zip(clips, prints))
        unreadable = zip(clips, results).compactMap { clip, result in
            if case .failure(let error) = result { Omission(clip.id, "\(error)") } else { nil }
        }
        silent = zip(clips, prints).compactMap { $1?.isSilent == true ? $0.id : nil }
        properties = Dictionary(
            zip(clips, prints).compactMap { clip, print in print.map { (clip.id, $0.properties) } },
            uniquingKeysWith: { first, _ in first })
        durations = properties.mapValues(\.seconds)
        copies = shouldStop() ? [] : CopySearch(clips: clips, prints: prints).run()
    }
}
