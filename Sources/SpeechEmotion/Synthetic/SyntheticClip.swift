import Autograd

/// A clip of the synthetic corpus: speaker, emotion and statement. Its waveform is synthesized on demand and depends on
/// these values alone.
public struct SyntheticClip: Sendable, Hashable {
    /// The seed of the corpus; another seed gives other speakers.
    public var seed: UInt64
    /// The speaker, from 1. Even ones have female voices, odd ones male.
    public var speaker: Int
    /// The emotion.
    public var emotion: SyntheticEmotion
    /// The statement, from 1 to `SyntheticStatement.all.count`; larger numbers wrap around.
    public var statement: Int
    /// The repetition, from 1.
    public var repetition: Int
    /// The digits that are spoken instead of a statement; nil for a statement.
    public var digits: [Int]?

    /// Creates a clip of one utterance.
    public init(
        seed: UInt64, speaker: Int, emotion: SyntheticEmotion, statement: Int, repetition: Int,
        digits: [Int]? = nil
    ) {
        self.seed = seed
        self.speaker = speaker
        self.emotion = emotion
        self.statement = statement
        self.repetition = repetition
        self.digits = digits
    }

    /// `speaker-03/happy-2-1`, or `speaker-03/digits-1` for spoken digits.
    public var id: String {
        let content = digits == nil ? "\(emotion.rawValue)-\(statement)" : "digits"
        return "speaker-\(Self.twoDigits(speaker))/\(content)-\(repetition)"
    }

    /// Synthesizes the waveform: 1 to 3 s at 16 kHz.
    public func wave() -> Waveform { synthesizer.wave() }

    /// The duration in seconds, computed without synthesis.
    public var seconds: Double { Double(synthesizer.count) / Double(SpeechSynthesizer.rate) }

    /// The spoken digits with their times, or the whole statement with the emotion as its label; computed without synthesis.
    public var segments: [LabeledSegment] {
        let times = synthesizer.score.syllables
        func segment(_ syllables: Range<Int>, _ label: String) -> LabeledSegment? {
            guard !syllables.isEmpty else { return nil }
            return LabeledSegment(
                start: Double(times[syllables.lowerBound].lowerBound) / SpeechScore.frameRate,
                end: Double(times[syllables.upperBound - 1].upperBound) / SpeechScore.frameRate, label: label)
        }
        guard let digits else { return [segment(times.indices, emotion.rawValue)].compactMap { $0 } }
        return zip(SyntheticStatement(digits: digits).words, digits).compactMap { segment($0, "\($1)") }
    }

    private var synthesizer: SpeechSynthesizer {
        let generator = RandomGenerator(seed: seed).split(id)
        let speaker = SyntheticSpeaker(number: speaker, seed: seed)
        let delivery = Delivery(emotion, speaker, generator.split("delivery"))
        let statement = digits.map { SyntheticStatement(digits: $0) } ?? SyntheticStatement.number(statement)
        let score = SpeechScore(statement, speaker, delivery, generator.split("score"))
        return SpeechSynthesizer(score, generator.split("sound"))
    }

    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
