import Reports
import SpeechEmotion

/// How many clips of each subset the features truncate, and by how much.
public struct TruncationTable: ReadableTable {
    public let title: String
    public let note: String
    public let columns = [
        "subset", "clips", "truncated", "median cut", "largest cut", "audio lost", "option (clips)",
    ]
    public let cells: [[String]]

    /// A row for each subset.
    ///
    /// - Parameter isUpperBound: Whether counts and the largest cut are upper bounds, because removed silence is not counted; the
    ///   median and the share, which are not bounded, are then left out.
    public init(
        _ rows: [(subset: String, summary: TruncationSummary)], title: String = "Truncated clips",
        isUpperBound: Bool = false
    ) {
        self.title = title
        let most = isUpperBound ? "≤ " : ""
        cells = rows.map { subset, summary in
            let isCut = summary.truncated > 0
            let options = summary.options.map { "\($0.name) (\(NumberText.count($0.clips)))" }
            return [
                subset, NumberText.count(summary.clips), most + NumberText.count(summary.truncated),
                isCut && !isUpperBound ? NumberText.fixed(summary.median, 2) + " s" : "–",
                isCut ? most + NumberText.fixed(summary.largest, 2) + " s" : "–",
                isCut && !isUpperBound ? NumberText.percent(summary.share) : "–",
                isCut ? options.joined(separator: ", ") : "–",
            ]
        }
        note =
            isUpperBound
            ? "Upper bounds (≤) from the audio headers: silence is removed before clips are truncated. A run reports exact numbers, with the median and the fraction of the audio that is lost."
            : ""
    }
}

extension TruncationSummary {
    /// In a sentence, of a subset: `train: 12 of 40 clips are truncated ...`.
    func sentence(_ subset: String) -> String { "\(subset): \(sentence)" }

    /// In a sentence: `12 of 40 clips are truncated ...`.
    package var sentence: String {
        // Precomputed features have no audio.
        guard clips > 0 else { return "no audio is read, so none is truncated" }
        guard truncated > 0 else { return "none of \(NumberText.count(clips, "clip")) is truncated" }
        return "\(NumberText.count(truncated)) of \(NumberText.count(clips, "clip")) "
            + "\(truncated == 1 ? "is" : "are") truncated by \(options.map(\.name).joined(separator: ", ")): "
            + "median cut \(NumberText.fixed(median, 2)) s, largest \(NumberText.fixed(largest, 2)) s; "
            + "\(NumberText.percent(share)) of the audio is lost"
    }
}
