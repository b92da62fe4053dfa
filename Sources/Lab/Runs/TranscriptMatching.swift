import Autograd
import Configuration
import Metrics
import Reports
import SpeechEmotion

/// The transcripts of a corpus with tokens mapped to those of a model, and the tokens that the model does not know.
struct TranscriptMatching {
    /// The corpus with mapped transcripts.
    private(set) var corpus: Corpus
    /// The unknown tokens, each with the number of clips that have it.
    private let unknown: [(token: String, clips: Int)]
    private let lost: Int
    private let known: [String]
    private let model: String

    /// The largest fraction of clips with unknown tokens that is accepted without `--allow-partial`.
    private static let mostUnknown = 0.1

    /// Maps tokens; those that are mapped to null are dropped from the transcripts.
    ///
    /// - Parameter tokens: The outputs of the model.
    init(_ corpus: Corpus, _ mapping: Named<String?>, tokens: [String], model: String) {
        let names = Set(tokens.dropFirst())
        var counts: [String: Int] = [:]
        var lost = 0
        let clips = corpus.clips.map { clip in
            var clip = clip
            let own = SequenceVocabulary.tokens(clip.label).compactMap { token in
                mapping[token] ?? token
            }
            clip.label = own.joined(separator: " ")
            let strange = Set(own).subtracting(names)
            for token in strange { counts[token, default: 0] += 1 }
            if !strange.isEmpty { lost += 1 }
            return clip
        }
        self.corpus = Corpus(name: corpus.name, clips: clips, omissions: corpus.omissions)
        unknown = counts.keys.sortedByBytes().map { ($0, counts[$0] ?? 0) }
        (self.lost, known, self.model) = (lost, Array(tokens.dropFirst()), model)
    }

    /// Returns a note about unknown tokens. Throws an `InputError` if more than 10% of the clips have some, unless that is allowed.
    func notes(allowsPartial: Bool) throws -> [String] {
        guard !unknown.isEmpty else { return [] }
        let shown = unknown.prefix(12).map { "\"\($0.token)\" (\(NumberText.count($0.clips, "clip")))" }
        let list = shown.joined(separator: ", ") + (unknown.count > shown.count ? ", ..." : "")
        guard allowsPartial || Double(lost) <= Self.mostUnknown * Double(corpus.clips.count) else {
            throw InputError(
                """
                \(NumberText.count(lost)) of \(NumberText.count(corpus.clips.count, "clip")) of \(corpus.name) have tokens that \(model) does not know: \(list)
                  tokens of the model: \(known.joined(separator: ", "))
                Map tokens to those of the model, or to null to drop them, with --labels. To count unknown tokens as errors, add --allow-partial.
                """)
        }
        return ["tokens that \(model) does not know count as errors, and there is no loss: \(list)"]
    }
}
