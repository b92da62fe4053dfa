import Autograd
import Glibc

/// The emotions of the embedded corpus, those of RAVDESS.
public enum SyntheticEmotion: String, Sendable, CaseIterable {
    case neutral, calm, happy, sad, angry, fearful, disgust, surprised

    /// How a typical speaker shows it, as a distance from neutral speech.
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

    /// What changes in a voice.
    struct Style {
        /// Semitones of the mean pitch.
        var pitch = 0.0
        /// Semitones by which accents move it.
        var range = 0.0
        /// Part by which it is quicker.
        var pace = 0.0
        /// Decibels.
        var level = 0.0
        /// Decibels an octave that high frequencies gain.
        var tilt = 0.0
        /// Breath beside the voice, 0 to 1.
        var breath = 0.0
        /// How much one period differs from the next.
        var roughness = 0.0
        /// Semitones of a slow trembling.
        var tremor = 0.0
        /// Semitones that the pitch falls to the end.
        var fall = 0.0
        /// How abruptly syllables begin, 0 to 1.
        var attack = 0.0
        /// Part by which the resonances rise.
        var smile = 0.0
    }
}

/// How one saying is spoken: the style of its emotion, shown more or less clearly, by one speaker on one day.
struct Delivery {
    var style: SyntheticEmotion.Style

    /// Emotions overlap: some sayings hardly show theirs, and every number varies by itself.
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
    /// A normally distributed number (Box and Muller).
    public func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }
}
