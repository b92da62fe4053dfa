import Reports
import SpeechEmotion

/// The fold in which each clip is tested, and its subset in one of the folds.
struct ClipSubsets {
    private let folds: [String: Int]
    private let subsets: [String: Split.Subset]

    /// - Parameters:
    ///   - folds: The splits of all folds.
    ///   - split: The split that assigns the subsets.
    init(folds: [Split], split: Split) {
        self.folds = Dictionary(
            folds.enumerated().flatMap { number, fold in fold.test.map { ($0, number + 1) } },
            uniquingKeysWith: { first, _ in first })
        subsets = Dictionary(
            Split.Subset.allCases.flatMap { subset in split[subset].map { ($0, subset) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// The fold whose test set contains the clip, counted from 1; empty if there is none.
    func fold(_ clip: Clip) -> String { folds[clip.id].map(String.init) ?? "" }

    /// `train`, `validation` or `test`; empty if the clip is in no subset.
    func subset(_ clip: Clip) -> String { subsets[clip.id]?.rawValue ?? "" }
}

/// The metadata of clips as a table: path, label, speaker, fold and subset if there is a split, then all other attributes.
struct ClipTable {
    private(set) var columns: [String]
    private var rows: [[String]]

    init(_ clips: [Clip], _ subsets: ClipSubsets?) {
        var own: [(name: String, value: (Clip) -> String)] = [
            ("path", { $0.path }), ("label", \.label), ("speaker", { $0.speaker ?? "" }),
        ]
        if let subsets { own += [("fold", subsets.fold), ("subset", subsets.subset)] }
        if clips.contains(where: { $0.id != $0.path }) { own.append(("id", \.id)) }
        if clips.contains(where: { $0.times.contains { !$0.isEmpty } }) {
            own += [("start", { $0.times[0] }), ("end", { $0.times[1] })]
        }
        let others = Set(clips.flatMap(\.attributes.keys)).sortedByBytes()
        let names = Set(own.map(\.name) + ["row", Self.truncated])
        // A corpus may have attributes of the same names.
        columns = own.map(\.name) + others.map { names.contains($0) ? "corpus_" + $0 : $0 }
        rows = clips.map { clip in own.map { $0.value(clip) } + others.map { clip.attributes[$0] ?? "" } }
    }

    /// The name of the column with the seconds that were cut from each clip.
    private static let truncated = "truncated"

    /// Adds a column with the seconds that were cut from each clip; the cell is empty if that is unknown.
    mutating func add(truncations: [Truncation?]) {
        columns.append(Self.truncated)
        for index in rows.indices {
            rows[index].append(
                truncations[index].map { NumberText.trimmed(NumberText.fixed($0.cut, 3)) } ?? "")
        }
    }

    /// The line of names.
    var header: String { columns.map(CSV.cell).joined(separator: ",") }

    /// The line of a clip, by its place.
    func line(_ index: Int) -> String { rows[index].map(CSV.cell).joined(separator: ",") }

    /// The whole table.
    var text: String { (header + "\n") + rows.indices.map { line($0) + "\n" }.joined() }
}

extension Clip {
    /// The path of the file, or the id of a clip without a file.
    fileprivate var path: String {
        if case .file(let path, _, _) = source { path } else { id }
    }

    /// The start and end of the clip in its file, in seconds; empty for the start and end of the file.
    fileprivate var times: [String] {
        guard case .file(_, let start, let end) = source else { return ["", ""] }
        return [start, end].map { $0.map { "\($0)" } ?? "" }
    }
}
