import Autograd
import Foundation

/// What listeners would say about a synthetic clip: its arousal and valence from 1 to 5, and the votes of six annotators.
struct SyntheticRatings {
    /// From how high, loud and fast the utterance is.
    let arousal: Double
    /// From how the voice smiles, and from how rough and falling it is.
    let valence: Double
    /// The number of annotators who chose each emotion.
    let votes: [SyntheticEmotion: Int]

    /// The number of annotators.
    static let annotators = 6

    init(_ clip: SyntheticClip) {
        let generator = RandomGenerator(seed: clip.seed).split(clip.id)
        let speaker = SyntheticSpeaker(number: clip.speaker, seed: clip.seed)
        let style = Delivery(clip.emotion, speaker, generator.split("delivery")).style
        arousal = Self.rating(3 + 0.11 * style.level + 0.12 * style.pitch + 2 * (style.pace - speaker.pace))
        valence = Self.rating(
            3 + 25 * style.smile - 30 * (style.roughness - 0.006) - 0.15 * (style.fall - 2.5))
        // The less clearly the emotion is expressed, the more annotators disagree.
        let typical = clip.emotion.style
        let wanted = abs(typical.pitch) + abs(typical.level) / 2
        let found = (style.pitch * typical.pitch + style.level * typical.level / 2) / max(wanted, 1)
        let agreement = wanted > 0 ? min(max(0.35 + 0.25 * found / max(wanted, 1), 0.35), 0.95) : 0.7
        let drawn = generator.split("annotators")
        var votes: [SyntheticEmotion: Int] = [:]
        for _ in 0..<Self.annotators {
            let isRight = drawn.uniform() < agreement
            let other = SyntheticEmotion.allCases[drawn.below(SyntheticEmotion.allCases.count)]
            votes[isRight ? clip.emotion : other, default: 0] += 1
        }
        self.votes = votes
    }

    /// The ratings as columns: `arousal`, `valence`, `votes_EMOTION`, and `perceived_EMOTION`, which is 1 if at least two annotators
    /// chose it.
    var columns: [String: String] {
        var columns = ["arousal": "\(arousal)", "valence": "\(valence)"]
        for emotion in SyntheticEmotion.allCases {
            let count = votes[emotion] ?? 0
            columns["votes_\(emotion.rawValue)"] = "\(count)"
            columns["perceived_\(emotion.rawValue)"] = count >= 2 ? "1" : "0"
        }
        return columns
    }

    /// Rounds to two decimals, from 1 to 5.
    private static func rating(_ value: Double) -> Double { (min(max(value, 1), 5) * 100).rounded() / 100 }
}
