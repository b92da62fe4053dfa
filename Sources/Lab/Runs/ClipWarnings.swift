import Autograd
import Configuration
import Reports
import SpeechEmotion

/// The clips of an evaluation whose predictions are not meaningful: those that are silent or too short.
struct ClipWarnings {
    private let count: Int
    private let silent: [String]
    private let short: [String]

    /// Reads the clips, each until it is known to be audible and long enough.
    init(_ clips: [Clip]) {
        let found = parallelMap(clips.count) { (try? clips[$0].warnings()) ?? [] }
        count = clips.count
        silent = clips.indices.filter { found[$0].contains(where: \.isSilent) }.map { clips[$0].id }
        short = clips.indices.filter { found[$0].contains { !$0.isSilent } }.map { clips[$0].id }
    }

    /// The numbers of silent and of short clips.
    var json: JSONValue { ["silent": silent.count.encode(), "short": short.count.encode()] }

    /// A warning without a period; nil if there are no such clips.
    var sentence: String? {
        let parts = [
            (silent, "silent (peak level at most \(Int(AudioWarning.silence)) dBFS)"),
            (short, "shorter than \(AudioWarning.shortest) s"),
        ].filter { !$0.0.isEmpty }
        guard !parts.isEmpty else { return nil }
        let texts = parts.map { ids, words in
            "\(ids.count) of \(NumberText.count(count, "clip")) \(ids.count == 1 ? "is" : "are") \(words): "
                + ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? " and \(ids.count - 5) more" : "")
        }
        return texts.joined(separator: "; ")
            + ". Their predictions are not meaningful, but they count toward the metrics"
    }
}
