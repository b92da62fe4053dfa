import Autograd

/// One sound of the embedded corpus: who says what, and how. Its sound is made when asked and depends on these numbers alone.
public struct SyntheticClip: Sendable, Hashable {
    /// Which corpus; another seed gives other speakers.
    public var seed: UInt64
    /// The speaker, from 1. Even ones have the voice of a woman, odd ones that of a man.
    public var speaker: Int
    /// How it is said.
    public var emotion: SyntheticEmotion
    /// The statement, from 1 to `SyntheticStatement.all.count`; larger numbers start over.
    public var statement: Int
    /// Which time the speaker says it, from 1.
    public var repetition: Int

    /// One saying of a statement.
    public init(seed: UInt64, speaker: Int, emotion: SyntheticEmotion, statement: Int, repetition: Int) {
        self.seed = seed
        self.speaker = speaker
        self.emotion = emotion
        self.statement = statement
        self.repetition = repetition
    }

    /// `speaker-03/happy-2-1`
    public var id: String {
        "speaker-\(Self.twoDigits(speaker))/\(emotion.rawValue)-\(statement)-\(repetition)"
    }

    /// The sound: 1 to 3 s at 16 kHz.
    public func wave() -> Waveform { synthesizer.wave() }

    /// The length of the sound in seconds, without making it.
    public var seconds: Double { Double(synthesizer.count) / Double(SpeechSynthesizer.rate) }

    private var synthesizer: SpeechSynthesizer {
        let generator = RandomGenerator(seed: seed).split(id)
        let speaker = SyntheticSpeaker(number: speaker, seed: seed)
        let delivery = Delivery(emotion, speaker, generator.split("delivery"))
        let statement = SyntheticStatement.number(statement)
        let score = SpeechScore(statement, speaker, delivery, generator.split("score"))
        return SpeechSynthesizer(score, generator.split("sound"))
    }

    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
