import Autograd
import Configuration

/// Sequences of digits from the built-in speech synthesizer, for experiments with sequence labeling that need no data. The
/// label of a clip is its transcript, such as `3 1 4`; results on it say nothing about real speech.
public struct SpokenDigitsCorpus: CorpusSource, Equatable {
    public var speakers = 24
    public var clips = 40
    public var digits = OneOrTwo<Int>(3, 6)
    public var seed = 1

    public static let type = "spoken_digits"
    public static let summary =
        "Built-in synthetic speech: sequences of spoken digits, whose label is the transcript, such as `3 1 4`. For sequence labeling with the loss `ctc`."
    public static let fields: [Field<Self>] = [
        .init("speakers", \.speakers, "Number of speakers.", .atLeast(1), .atMost(1000)),
        .init("clips", \.clips, "Number of clips per speaker.", .atLeast(1), .atMost(1000)),
        .init(
            "digits", \.digits, "Number of digits per clip, or the lowest and highest number.",
            .range(1...100)),
        .init("seed", \.seed, "Seed of the speakers and digits.", .atLeast(0)),
    ]

    public var validationIssues: [ValidationIssue] {
        digits.first <= digits.second
            ? []
            : [
                ValidationIssue(
                    "digits", "the first value must be the lower bound, found \(digits.encode().line)")
            ]
    }

    public init() {}

    /// The transcripts; needs no files.
    public var knownClasses: [String]? { read().classes }
    /// No column: the classes are transcripts, few of which occur more than once.
    public var columnsOfEveryClass: Set<String> { [] }

    /// The clips, by speaker. Every clip has its own digits, drawn at random.
    public func read() -> Corpus {
        let drawn = RandomGenerator(seed: UInt64(seed)).split("digits")
        let all = (1...speakers).flatMap { speaker in
            (1...clips).map { number -> Clip in
                let own = drawn.split("\(speaker) \(number)")
                let count = digits.first + own.below(digits.second - digits.first + 1)
                let clip = SyntheticClip(
                    seed: UInt64(seed), speaker: speaker, emotion: .neutral, statement: 1, repetition: number,
                    digits: (0..<count).map { _ in own.below(10) })
                return Clip(
                    id: clip.id, source: .synthetic(clip),
                    label: (clip.digits ?? []).map(String.init).joined(separator: " "),
                    speaker: SyntheticClip.twoDigits(speaker),
                    attributes: ["gender": speaker % 2 == 0 ? "female" : "male"])
            }
        }
        return Corpus(name: "spoken digits", clips: all)
    }
}
