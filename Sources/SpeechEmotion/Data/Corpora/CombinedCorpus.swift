import Configuration

/// Several corpora as one. Ids and speakers get the name of their corpus in front, so that no two speakers are taken for one,
/// and the column `corpus` names it: splits can go by it. A source that needs other names of columns, values or classes
/// is a `mapped` one.
public struct CombinedCorpus: CorpusSource {
    /// What is put together.
    public var sources: [AnyCorpus] = []

    public static let type = "combined"
    public static let summary = "Several corpora as one, told apart by the column corpus."
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

    /// The clips of all sources, one source after the other; a second corpus of one name becomes `NAME 2`. In a combined
    /// corpus inside another, the column `corpus` is `OUTER/INNER`. Throws what a source throws, and where a source has a
    /// column `corpus` of its own.
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
            let isCombined = source.value is CombinedCorpus
            if !isCombined, let clip = corpus.clips.first(where: { $0.attributes["corpus"] != nil }) {
                throw DataProblem(
                    "combining corpora",
                    found:
                        "a column \"corpus\" in \(corpus.name) (\(clip.id)), the name of the column that tells the sources apart",
                    allowed:
                        "another name for it: {\"type\": \"mapped\", \"source\": ..., \"columns\": {\"corpus\": \"collection\"}}"
                )
            }
            for var clip in corpus.clips {
                clip.id = "\(name)/\(clip.id)"
                clip.speaker = clip.speaker.map { "\(name)/\($0)" }
                clip.origin = clip.origin.map { "\(name)/\($0)" }
                clip.attributes["corpus"] = clip.attributes["corpus"].map { "\(name)/\($0)" } ?? name
                clips.append(clip)
            }
            omissions += corpus.omissions.map { Omission("\(name)/\($0.file)", $0.reason) }
        }
        return Corpus(name: names.joined(separator: " + "), clips: clips, omissions: omissions)
    }
}
