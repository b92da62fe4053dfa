import Autograd
import Configuration

/// Several corpora combined. Ids are prefixed with the name of their corpus, and the column `corpus` names it, for
/// cross-corpus splits. Speakers are prefixed with their `Corpus.speakerSet`, or else with the name of the corpus, so
/// that an actor of RAVDESS is the same speaker in speech and in song, and other speakers remain distinct. Wrap a source
/// in `mapped` to rename its columns, values or classes.
public struct CombinedCorpus: CorpusSource {
    /// The corpora.
    public var sources: [AnyCorpus] = []

    public static let type = "combined"
    public static let summary = "Several corpora combined; the column `corpus` names the source of each clip."
    public static let fields: [Field<Self>] = [
        .init("sources", \.sources, "Corpora to combine.", .required, .notEmpty)
    ]

    public init() {}
    /// Combines the clips of several corpora.
    public init(_ sources: [any CorpusSource]) { self.sources = sources.map { AnyCorpus($0) } }

    /// Whether all sources are present.
    public var isPresent: Bool { sources.allSatisfy(\.value.isPresent) }
    /// The classes of all sources, if they are known for each.
    public var knownClasses: [String]? {
        let known = sources.map(\.value.knownClasses)
        return known.contains(nil) ? nil : Set(known.flatMap { $0 ?? [] }).sortedByBytes()
    }

    /// The clips of all sources, one source after the other; a second corpus of the same name becomes `NAME 2`. In
    /// nested combined corpora, the column `corpus` is `OUTER/INNER`. Throws if a source throws, or if a source has its
    /// own column `corpus`.
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
                throw InputError(
                    "combining corpora",
                    found:
                        "a column \"corpus\" in \(corpus.name) (\(clip.id)); this name is reserved for the source of each clip",
                    allowed:
                        "another name for it: {\"type\": \"mapped\", \"source\": ..., \"columns\": {\"corpus\": \"collection\"}}"
                )
            }
            for var clip in corpus.clips {
                clip.id = "\(name)/\(clip.id)"
                clip.speaker = clip.speaker.map { "\(corpus.speakerSet ?? name)/\($0)" }
                clip.origin = clip.origin.map { "\(name)/\($0)" }
                clip.attributes["corpus"] = clip.attributes["corpus"].map { "\(name)/\($0)" } ?? name
                clips.append(clip)
            }
            omissions += corpus.omissions.map { Omission("\(name)/\($0.file)", $0.reason) }
        }
        return Corpus(name: names.joined(separator: " + "), clips: clips, omissions: omissions)
    }
}
