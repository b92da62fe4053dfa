import Autograd
import Glibc

/// The control parameters of the synthesizer over time, one frame every 5 ms.
struct SpeechScore {
    /// Frames per second.
    static let frameRate = 200.0

    /// One frame.
    struct Frame {
        /// The F0 in Hz.
        var pitch = 100.0
        /// The amplitude of voicing.
        var voice = 0.0
        /// The amplitude of frication noise, and its frequency in Hz.
        var noise = 0.0
        var noiseFrequency = 4000.0
        /// The first three formants in Hz; the higher ones are fixed.
        var resonances = [500.0, 1500, 2500]
    }

    private(set) var frames: [Frame] = []
    /// The frames of each syllable.
    private(set) var syllables: [Range<Int>] = []
    let speaker: SyntheticSpeaker
    let style: SyntheticEmotion.Style
    /// The accents: the time as a fraction of the frames, and the strength.
    private var accents: [(frame: Int, strength: Double)] = []

    init(
        _ statement: SyntheticStatement, _ speaker: SyntheticSpeaker, _ delivery: Delivery,
        _ generator: RandomGenerator
    ) {
        self.speaker = speaker
        style = delivery.style
        let pace = max(0.4, 1 + style.pace)
        rest(0.08 + 0.25 * generator.uniform())
        let start = frames.count
        for (place, syllable) in statement.syllables.enumerated() {
            let isLast = place == statement.syllables.count - 1
            let length =
                0.125 * syllable.vowel.length * (syllable.isAccented ? 1.3 : 1) * (isLast ? 1.6 : 1) / pace
                * exp(0.1 * generator.normal())
            let first = frames.count
            begin(syllable.onset, pace, toward: syllable.vowel)
            if syllable.isAccented {
                let strength = max(0.2, 1 + 0.3 * generator.normal())
                accents.append((frames.count + Int(length * Self.frameRate * 0.35), strength))
            }
            speak(syllable, seconds: length, after: place == 0 ? nil : statement.syllables[place - 1].vowel)
            syllables.append(first..<frames.count)
        }
        let end = frames.count
        rest(0.1 + 0.3 * generator.uniform())
        intone(start..<end, generator)
    }

    private mutating func rest(_ seconds: Double) {
        frames += Array(repeating: Frame(), count: max(1, Int(seconds * Self.frameRate)))
    }

    private mutating func begin(
        _ onset: SyntheticStatement.Onset, _ pace: Double, toward vowel: SyntheticStatement.Vowel
    ) {
        var frame = Frame()
        frame.resonances = vowel.resonances
        func count(_ seconds: Double) -> Int { max(1, Int(seconds / pace * Self.frameRate)) }
        switch onset {
        case .none: break
        case .stop(let frequency):
            frames += Array(repeating: frame, count: count(0.05))
            frame.noiseFrequency = frequency
            for step in 0..<count(0.02) {
                frame.noise = 0.5 * exp(-Double(step))
                frames.append(frame)
            }
        case .fricative(let frequency):
            frame.noiseFrequency = frequency
            let steps = count(0.075)
            for step in 0..<steps {
                frame.noise = 0.16 * sin(.pi * (Double(step) + 0.5) / Double(steps))
                frames.append(frame)
            }
        case .sonorant:
            frame.voice = 0.35
            frame.resonances = [260, 1100, 2300]
            frames += Array(repeating: frame, count: count(0.055))
        }
    }

    /// Adds a vowel: its amplitude rises with the attack of the delivery, and its formants glide from the previous
    /// ones.
    private mutating func speak(
        _ syllable: SyntheticStatement.Syllable, seconds: Double, after previous: SyntheticStatement.Vowel?
    ) {
        let steps = max(6, Int(seconds * Self.frameRate))
        let rise = 0.05 * (1 - style.attack) + 0.008
        let target = syllable.vowel.resonances
        let from = previous?.resonances ?? target
        for step in 0..<steps {
            let time = (Double(step) + 0.5) / Self.frameRate
            let left = seconds - time
            var frame = Frame()
            let strength = min(1, time / rise) * min(1, max(0.05, left / 0.03))
            frame.voice = strength * (syllable.isAccented ? 1.25 : 0.85)
            let glide = min(1, time / 0.06)
            frame.resonances = zip(from, target).map { $0 + ($1 - $0) * (0.35 + 0.65 * glide) }
            frames.append(frame)
        }
    }

    /// Sets the pitch and strength of the frames, and the speaker's formants.
    private mutating func intone(_ range: Range<Int>, _ generator: RandomGenerator) {
        let tremorRate = 5 + 2.5 * generator.uniform()
        let tremorPhase = 2 * .pi * generator.uniform()
        for index in frames.indices {
            let along = min(1, max(0, Double(index - range.lowerBound) / Double(max(1, range.count))))
            // Most of the fall or rise is in the last third.
            let fall = style.fall * (0.35 * along + 0.65 * max(0, (along - 0.66) / 0.34))
            var semitones = style.pitch + 0.4 * style.fall - fall
            for accent in accents {
                let distance = Double(index - accent.frame) / (0.07 * Self.frameRate)
                semitones += style.range * accent.strength * exp(-distance * distance)
            }
            let time = Double(index) / Self.frameRate
            semitones += style.tremor * sin(2 * .pi * tremorRate * time + tremorPhase)
            frames[index].pitch = min(600, max(55, speaker.pitch * exp2(semitones / 12)))
            frames[index].voice *= exp2(-0.6 * along)
            for (place, resonance) in frames[index].resonances.enumerated() {
                frames[index].resonances[place] =
                    resonance * speaker.tract * speaker.resonances[place] * (1 + style.smile)
            }
        }
    }
}
