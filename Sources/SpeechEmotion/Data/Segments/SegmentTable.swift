import Configuration

/// The labeled segments of clips in a CSV file with the columns `clip`, `start`, `end` and `label`.
public struct SegmentTable: Sendable {
    /// The segments of each clip in their order.
    public private(set) var segments: [String: [LabeledSegment]] = [:]

    private static let columns = ["clip", "start", "end", "label"]
    private static let mostProblems = 20

    /// Reads a file; other columns are ignored. Throws every error with its line and column (the first twenty): a time that is not a number, an
    /// empty label, and segments of a clip that overlap.
    public init(contentsOf file: String) throws(ConfigurationError) {
        let table = try CSVTable(contentsOf: file)
        let places = Self.columns.map { table.column($0) }
        guard let clip = places[0], let start = places[1], let end = places[2], let label = places[3] else {
            throw ConfigurationError(
                place: Location(source: file, line: 1),
                "expected the columns \(Self.columns.joined(separator: ", ")), found "
                    + table.columns.joined(separator: ", "))
        }
        var problems: [ConfigurationIssue] = []
        func report(_ field: CSVTable.Field, _ message: String) {
            problems.append(ConfigurationIssue(place: field.place, message: message))
        }
        var rows: [String: [(segment: LabeledSegment, field: CSVTable.Field)]] = [:]
        for row in table.rows where problems.count < Self.mostProblems {
            let times = [row[start], row[end]].map { field -> Double? in
                guard let time = Double(field.text.trimmed), time.isFinite, time >= 0 else {
                    report(
                        field, "expected a time in seconds of at least 0, found \"\(field.text.prefix(60))\"")
                    return nil
                }
                return time
            }
            let text = row[label].text.trimmed
            if text.isEmpty { report(row[label], "an empty label; remove the row if the segment has none") }
            guard let from = times[0], let to = times[1] else { continue }
            guard from < to else {
                report(row[end], "expected an end after the start, \(from), found \(to)")
                continue
            }
            rows[row[clip].text.trimmed, default: []].append(
                (LabeledSegment(start: from, end: to, label: text), row[start]))
        }
        for clip in rows.keys.sortedByBytes() {
            let sorted = (rows[clip] ?? []).sorted {
                ($0.segment.start, $0.segment.end) < ($1.segment.start, $1.segment.end)
            }
            for (first, second) in zip(sorted, sorted.dropFirst())
            where second.segment.start < first.segment.end - 1e-9 && problems.count < Self.mostProblems {
                report(
                    second.field,
                    "the segment from \(second.segment.start) s overlaps the one from \(first.segment.start) to \(first.segment.end) s of \"\(clip)\"; a frame has one class"
                )
            }
            segments[clip] = sorted.map(\.segment)
        }
        guard problems.isEmpty else {
            throw ConfigurationError(
                problems.sorted { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) })
        }
    }
}
