import Autograd
import Configuration

/// A synthetic corpus that is built in: a small speech synthesizer generates it, so that a first experiment and the
/// tests need no data. It has eight overlapping emotions; results on it say nothing about real speech.
public struct SyntheticCorpus: CorpusSource, Equatable {
    public var speakers = 12
    public var repetitions = 2
    public var seed = 1
    public var ratings = false

    public static let type = "synthetic"
    public static let summary =
        "The built-in synthetic corpus: a small speech synthesizer with several speakers and eight emotions."
    public static let fields: [Field<Self>] = [
        .init("speakers", \.speakers, "Number of speakers.", .atLeast(1), .atMost(1000)),
        .init(
            "repetitions", \.repetitions,
            "Number of repetitions of each sentence in each emotion by each speaker.",
            .atLeast(1), .atMost(1000)),
        .init("seed", \.seed, "Seed of the speakers.", .atLeast(0)),
        .init(
            "ratings", \.ratings,
            "Whether clips have ratings of simulated listeners: the columns `arousal` and `valence` from 1 to 5, and `votes_EMOTION` with the votes of six annotators, and `perceived_EMOTION`, which is 1 if at least two of them chose the emotion."
        ),
    ]

    public init() {}

    /// Eight classes.
    public var knownClasses: [String]? { SyntheticEmotion.allCases.map(\.rawValue).sortedByBytes() }
    /// Every speaker, gender, statement and repetition has all classes.
    public var columnsOfEveryClass: Set<String> { ["speaker", "gender", "statement", "repetition"] }

    /// Returns `corpus()`; needs no files and never fails.
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
        let utterance = SyntheticClip(
            seed: UInt64(seed), speaker: speaker, emotion: emotion, statement: statement,
            repetition: repetition)
        var attributes = [
            "gender": speaker % 2 == 0 ? "female" : "male", "statement": "\(statement)",
            "repetition": "\(repetition)",
        ]
        if ratings { attributes.merge(SyntheticRatings(utterance).columns) { own, _ in own } }
        return Clip(
            id: utterance.id, source: .synthetic(utterance), label: emotion.rawValue,
            speaker: SyntheticClip.twoDigits(speaker), attributes: attributes)
    }
}
