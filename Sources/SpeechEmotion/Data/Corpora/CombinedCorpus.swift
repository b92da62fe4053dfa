import Configuration

/// Several corpora as one. Ids and speakers get the name of their corpus in front, so that nobody is taken for another.
public struct CombinedCorpus: CorpusSource {
    /// What is put together.
    public var sources: [AnyCorpus] = []

    public static let type = "combined"
    public static let summary = "Several corpora as one."
    public static let fields: [Field<Self>] = [
        .init("sources", \.sources, "The corpora that are put together.", .required, .notEmpty)
    ]

    public init() {}
    /// The clips of several corpora.
    public init(_ sources: [any CorpusSource]) { self.sources = sources.map { AnyCorpus($0) } }

    /// Whether all sources are.
    public var isPresent: Bool { sources.allSatisfy(\.value.isPresent) }
    /// Those of all sources, where they are known of each.
    public var knownClasses: [String]? {
        let known = sources.map(\.value.knownClasses)
        return known.contains(nil) ? nil : Set(known.flatMap { $0 ?? [] }).sortedByBytes()
    }

    /// The clips of all sources, one source after the other; a second corpus of one name becomes `NAME 2`. Throws
    /// what a source throws.
    public func read() throws -> Corpus {
        var clips: [Clip] = []
        var omissions: [Omission] = []
        var names: [String] = []
        for source in sources {
            let corpus = try source.value.read()
            var name = corpus.name
            var count = 1
            while names.contains(name) {
                count += 1
                name = "\(corpus.name) \(count)"
            }
            names.append(name)
            for var clip in corpus.clips {
                clip.id = "\(name)/\(clip.id)"
                clip.speaker = clip.speaker.map { "\(name)/\($0)" }
                clip.origin = clip.origin.map { "\(name)/\($0)" }
                clip.attributes["corpus"] = name
                clips.append(clip)
            }
            omissions += corpus.omissions.map { Omission("\(name)/\($0.file)", $0.reason) }
        }
        return Corpus(name: names.joined(separator: " + "), clips: clips, omissions: omissions)
    }
}
