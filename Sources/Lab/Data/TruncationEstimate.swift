import Reports
import SpeechEmotion

/// How many clips the features of an experiment will truncate, as far as the headers of the audio files tell.
public struct TruncationEstimate: Sendable {
    /// A summary for each subset that has clips.
    public let subsets: [(subset: String, summary: TruncationSummary)]
    /// Whether these are upper bounds, because silence is removed before other steps cut.
    public let isUpperBound: Bool
    /// The clips whose headers cannot be read, and why.
    public let unreadable: [Omission]
    private let options: [String]

    /// Reads the headers of the experiment's clips. Throws if the data are not available or cannot be split.
    public init(_ experiment: Experiment) throws {
        let features = experiment.features
        options = features.truncatingOptions
        isUpperBound = features.removesSilence
        guard !options.isEmpty else {
            (subsets, unreadable) = ([], [])
            return
        }
        let data = try ExperimentData(experiment)
        let clips = try Split.Subset.allCases.map { try data.corpus.clips(of: $0, in: data.split) }
        let scan = HeaderScan(clips.flatMap { $0 })
        var start = 0
        var found: [(subset: String, summary: TruncationSummary)] = []
        for (subset, clips) in zip(Split.Subset.allCases, clips) where !clips.isEmpty {
            let known = scan.headers[start..<start + clips.count].compactMap { header in
                header.flatMap { features.truncation(seconds: $0.seconds, rate: $0.rate) }
            }
            found.append((subset.rawValue, TruncationSummary(known, options: features.truncatingOptions)))
            start += clips.count
        }
        (subsets, unreadable) = (found, scan.unreadable)
    }

    /// The estimate as text for a terminal, ending with a line break.
    public var text: String {
        guard !options.isEmpty else { return "truncation: none; no feature option truncates clips\n" }
        guard subsets.contains(where: { $0.summary.truncated > 0 }) else {
            let clips = subsets.reduce(0) { $0 + $1.summary.clips }
            return
                "truncation: none of \(NumberText.count(clips, "clip")) is truncated by \(options.joined(separator: ", "))\n"
                + broken
        }
        return TruncationTable(subsets, title: "truncation", isUpperBound: isUpperBound).text + broken
    }

    private var broken: String {
        guard let first = unreadable.first else { return "" }
        return "\(NumberText.count(unreadable.count, "clip")) cannot be read, such as \(first)\n"
    }
}
