import Configuration
import Lab
import SpeechEmotion
import Synchronization

/// The corpus of a run, by the ids of its clips.
final class RunCorpus: Sendable {
    let corpus: Corpus
    let clips: [String: Clip]
    private let counted = Mutex<JSONValue?>(nil)

    /// Lists the clips of an experiment without reading audio. Throws if the data are missing.
    init(_ experiment: Experiment) throws {
        corpus = try ExperimentData(experiment).corpus
        clips = Dictionary(corpus.clips.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The counts and durations by class, speaker and other columns, from the headers of the files, which are read once.
    var statistics: JSONValue {
        counted.withLock { counted in
            if let counted { return counted }
            let json = CorpusStatistics(corpus, scan: HeaderScan(corpus.clips)).json
            counted = json
            return json
        }
    }

    /// The clips that a line of an audit names: `a.wav and b.wav: identical samples`.
    func clips(in line: String) -> [String] {
        line.split(separator: " and ").compactMap { part in
            let words =
                [part, part.prefix { $0 != "(" }.dropLast()] + [part.split(separator: ": ").first ?? part]
            return words.map(String.init).first { clips[$0] != nil }
        }
    }
}
