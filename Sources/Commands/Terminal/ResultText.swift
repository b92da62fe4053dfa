import Configuration
import Lab
import Metrics
import Reports

/// Formats results for a terminal.
enum ResultText {
    /// The metrics with confidence intervals as a table, with notes on the intervals and on classes without clips.
    ///
    /// - Parameters:
    ///   - predictions: The evaluated predictions; nil for no note on classes.
    ///   - data: The name of the data; nil for the evaluated subset of the run's own data.
    static func metrics(
        _ result: RunResult, _ predictions: Predictions? = nil, of data: String? = nil
    ) -> String {
        let first = result.intervals.first
        let level = NumberText.trimmed(NumberText.fixed((first?.level ?? 0) * 100, 2)) + "%"
        let hasIntervals = result.intervals.contains { $0.low != nil }
        var rows = [
            [data ?? result.subset.rawValue, "value"]
                + (hasIntervals ? ["\(level) CI over \(first?.over.rawValue ?? "")"] : [])
        ]
        for entry in result.test.entries {
            let interval = result.intervals.first { $0.metric == entry.name }
            var range = ""
            if let low = interval?.low, let high = interval?.high {
                range = "\(fixed(low)) to \(fixed(high))"
            }
            rows.append([entry.name, entry.value.map(fixed) ?? "-"] + (hasIntervals ? [range] : []))
        }
        let table = TextTable(rows).lines.joined(separator: "\n")
        let missing = predictions.flatMap {
            MissingClasses.note(
                $0, of: result.test.entries.map(\.name), in: "the \(result.subset.word) set",
                except: result.skipped.flatMap(\.lostClasses))
        }
        let notes = [result.intervals.isEmpty ? "" : result.intervalNote, missing ?? ""].filter {
            !$0.isEmpty
        }
        return ([table] + (notes.isEmpty ? [] : [notes.joined(separator: " ")])).joined(separator: "\n")
    }

    /// The metrics with their confidence intervals, for other formats.
    static func table(_ result: RunResult, title: String) -> ValueTable {
        let rows = result.test.entries.map { entry -> [ValueTable.Cell] in
            let interval = result.intervals.first { $0.metric == entry.name }
            let isProportion = Metric.isProportion(entry.name)
            return [.text(entry.name)]
                + [entry.value, interval?.low, interval?.high].map {
                    .value($0 ?? .nan, isProportion: isProportion)
                }
        }
        return ValueTable(
            title: title, columns: ["metric", "value", "low", "high"], rows: rows, note: result.intervalNote)
    }

    private static func fixed(_ value: Double) -> String {
        let text = "\((value * 10000).rounded() / 10000)"
        let decimals = text.split(separator: ".").last?.count ?? 0
        return text + String(repeating: "0", count: max(0, 4 - decimals))
    }

    /// Formats a value with about four significant digits.
    static func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        if value.magnitude < 0.001 || value.magnitude >= 1e6 { return "\(Float(value))" }
        return "\((value * 10000).rounded() / 10000)"
    }
}
