import Autograd
import Configuration

/// The corpus that every copy of the program carries: made by a small speech synthesiser, so that a first experiment and the
/// tests need no data. Eight emotions that overlap; it says nothing about real voices.
public struct SyntheticCorpus: CorpusSource, Equatable {
    public var speakers = 12
    public var repetitions = 2
    public var seed = 1

    public static let type = "synthetic"
    public static let summary =
        "The embedded corpus: a small synthesiser speaks eight emotions in several voices."
    public static let fields: [Field<Self>] = [
        .init("speakers", \.speakers, "How many voices.", .atLeast(1), .atMost(1000)),
        .init(
            "repetitions", \.repetitions, "How often each voice says each sentence in each emotion.",
            .atLeast(1), .atMost(1000)),
        .init("seed", \.seed, "Another seed gives other voices.", .atLeast(0)),
    ]

    public init() {}

    /// Eight.
    public var knownClasses: [String]? { SyntheticEmotion.allCases.map(\.rawValue).sortedByBytes() }
    /// All of the others.
    public var columnsOfEveryClass: Set<String> { ["speaker", "gender", "statement", "repetition"] }

    /// Needs no files and never fails, see `corpus()`.
    public func read() -> Corpus { corpus() }

    /// The clips, by speaker, emotion, statement and repetition.
    public func corpus() -> Corpus {
        var clips: [Clip] = []
        for speaker in 1...speakers {
            for emotion in SyntheticEmotion.allCases {
                for statement in 1...SyntheticStatement.all.count {
                    for repetition in 1...repetitions {
                        clips.append(clip(speaker, emotion, statement, repetition))
                    }
                }
            }
        }
        return Corpus(name: "synthetic", clips: clips)
    }

    private func clip(_ speaker: Int, _ emotion: SyntheticEmotion, _ statement: Int, _ repetition: Int)
        -> Clip
    {
        let sound = SyntheticClip(
            seed: UInt64(seed), speaker: speaker, emotion: emotion, statement: statement,
            repetition: repetition)
        return Clip(
            id: sound.id, source: .synthetic(sound), label: emotion.rawValue,
            speaker: SyntheticClip.twoDigits(speaker),
            attributes: [
                "gender": speaker % 2 == 0 ? "female" : "male", "statement": "\(statement)",
                "repetition": "\(repetition)",
            ])
    }
}
