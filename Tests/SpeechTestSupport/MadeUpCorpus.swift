import Autograd
import SpeechEmotion

/// Corpora for tests: clips whose files need not exist.
package enum MadeUp {
    /// So many clips of each class, mixed, spoken by so many speakers in turn.
    package static func corpus(counts: [Int], speakers: Int = 6, seed: UInt64 = 1) -> Corpus {
        let generator = RandomGenerator(seed: seed)
        let labels = counts.enumerated().flatMap { [String](repeating: "class\($0)", count: $1) }
        let order = generator.permutation(labels.count)
        let clips = order.enumerated().map { number, label in
            let speaker = generator.below(speakers)
            return Clip(
                id: "clip\(number).wav",
                source: .file(path: "/nowhere/clip\(number).wav", start: nil, end: nil),
                label: labels[label], speaker: "s\(speaker)",
                attributes: ["gender": speaker.isMultiple(of: 2) ? "female" : "male"])
        }
        return Corpus(name: "made up", clips: clips)
    }

    /// Names of RAVDESS files: every actor says both statements twice in all eight emotions.
    package static func ravdessNames(actors: ClosedRange<Int>, ending: String = "wav", channel: Int = 1)
        -> [String]
    {
        var names: [String] = []
        for actor in actors {
            for emotion in 1...(channel == 1 ? 8 : 6) {
                for intensity in 1...(emotion == 1 ? 1 : 2) {
                    for statement in 1...2 {
                        for repetition in 1...2 {
                            let fields = [3, channel, emotion, intensity, statement, repetition, actor]
                            let stem = fields.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: "-")
                            names.append("Actor_\(actor < 10 ? "0" : "")\(actor)/\(stem).\(ending)")
                        }
                    }
                }
            }
        }
        return names
    }
}
