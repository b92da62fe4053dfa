import Autograd
import Glibc

/// The emotions of the synthetic corpus, which are those of RAVDESS.
public enum SyntheticEmotion: String, Sendable, CaseIterable {
    case neutral, calm, happy, sad, angry, fearful, disgust, surprised

    /// The typical expression of the emotion, as a deviation from neutral speech.
    var style: Style {
        switch self {
        case .neutral: Style()
        case .calm: Style(pitch: -0.6, range: -0.5, pace: -0.14, level: -3.5, tilt: -2.5, breath: 0.08)
        case .happy: Style(pitch: 3.6, range: 1.8, pace: 0.09, level: 3.5, tilt: 1.8, fall: -1, smile: 0.035)
        case .sad:
            Style(pitch: -1.4, range: -0.8, pace: -0.24, level: -5.5, tilt: -3.5, breath: 0.14, fall: 1.6)
        case .angry:
            Style(pitch: 3.2, range: 1.3, pace: 0.12, level: 7, tilt: 4, roughness: 0.018, attack: 0.7)
        case .fearful: Style(pitch: 4.8, range: 0.3, pace: 0.22, level: 0.5, breath: 0.1, tremor: 0.5)
        case .disgust:
            Style(
                pitch: -1.8, range: 0.4, pace: -0.16, level: 1, tilt: 0.6, roughness: 0.03, fall: 2.4,
                smile: -0.045)
        case .surprised: Style(pitch: 4.4, range: 2.8, pace: 0.02, level: 2.5, tilt: 0.8, fall: -6.5)
        }
    }

    /// The vocal parameters of an emotion.
    struct Style {
        /// Mean F0 in semitones.
        var pitch = 0.0
        /// F0 range of accents in semitones.
        var range = 0.0
        /// Relative speech rate.
        var pace = 0.0
        /// Level in dB.
        var level = 0.0
        /// Spectral tilt in dB per octave.
        var tilt = 0.0
        /// Breathiness, 0 to 1.
        var breath = 0.0
        /// Jitter: how much periods differ.
        var roughness = 0.0
        /// Tremor in semitones.
        var tremor = 0.0
        /// Final fall of F0 in semitones.
        var fall = 0.0
        /// How abruptly syllables begin, 0 to 1.
        var attack = 0.0
        /// Relative rise of the formants.
        var smile = 0.0
    }
}

/// The delivery of one utterance: the style of its emotion, expressed more or less clearly, by one speaker.
struct Delivery {
    var style: SyntheticEmotion.Style

    /// Emotions overlap: some utterances hardly express theirs, and every parameter varies independently.
    init(_ emotion: SyntheticEmotion, _ speaker: SyntheticSpeaker, _ generator: RandomGenerator) {
        let clarity = 0.6 + 0.7 * generator.uniform()
        let typical = emotion.style
        func drawn(_ typical: Double, _ habit: Double, spread: Double) -> Double {
            typical * clarity * speaker.expression + habit + spread * generator.normal()
        }
        style = SyntheticEmotion.Style(
            pitch: drawn(typical.pitch, 0, spread: 0.7),
            range: drawn(typical.range, 2, spread: 0.35),
            pace: drawn(typical.pace, speaker.pace, spread: 0.04),
            level: drawn(typical.level, 0, spread: 1.5),
            tilt: drawn(typical.tilt, speaker.tilt, spread: 0.6),
            breath: max(0.01, drawn(typical.breath, speaker.breath, spread: 0.02)),
            roughness: max(0, drawn(typical.roughness, 0.006, spread: 0.004)),
            tremor: max(0, drawn(typical.tremor, 0.08, spread: 0.05)),
            fall: drawn(typical.fall, 2.5, spread: 0.6),
            attack: min(1, max(0, drawn(typical.attack, 0.2, spread: 0.15))),
            smile: drawn(typical.smile, 0, spread: 0.012))
    }
}

extension RandomGenerator {
    /// Draws a normally distributed value (Box and Muller).
    public func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }
}
