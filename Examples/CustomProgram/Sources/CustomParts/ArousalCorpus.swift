import Configuration
import SpeechEmotion

/// The embedded synthetic corpus with two classes, high and low arousal, instead of eight emotions.
public struct ArousalCorpus: CorpusSource {
    public var speakers = 8

    public static let type = "arousal"
    public static let summary = "Embedded synthetic corpus, labeled by arousal."
    public static let fields: [Field<Self>] = [
        .init("speakers", \.speakers, "Number of speakers.", .range(2...100))
    ]

    public init() {}

    public var knownClasses: [String]? { ["high", "low"] }

    public func read() throws -> Corpus {
        var source = SyntheticCorpus()
        (source.speakers, source.repetitions) = (speakers, 1)
        var clips = source.read().clips
        for index in clips.indices {
            let isHigh = ["angry", "fearful", "happy", "surprised"].contains(clips[index].label)
            clips[index].attributes["emotion"] = clips[index].label
            clips[index].label = isHigh ? "high" : "low"
        }
        return Corpus(name: "arousal", clips: clips)
    }
}
