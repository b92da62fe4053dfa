import Configuration
import Metrics

/// The table for programs.
extension ResultTable {
    /// CSV with numbers that read back to the same bits; unknown values are empty cells.
    public var csv: String {
        let names = rows.first.map { Self.numbers($0).map(\.name) } ?? []
        let head = (["variant", "metric"] + names + ["runs", "warnings"]).joined(separator: ",") + "\n"
        return head
            + rows.map { row in
                let numbers = Self.numbers(row).map { CSV.cell($0.value) }
                let last = ["\(row.runs)", CSV.cell(row.warnings.joined(separator: "; "))]
                return ([CSV.cell(row.name), CSV.cell(metric)] + numbers + last)
                    .joined(separator: ",") + "\n"
            }.joined()
    }

    /// JSON with numbers that read back to the same bits; unknown values are null.
    public var json: JSONValue {
        let rows = rows.map { row in
            JSONValue(
                .object(
                    [JSONMember("variant", JSONValue(.text(row.name)))]
                        + Self.numbers(row).map {
                            JSONMember($0.name, $0.value.isFinite ? JSONValue(.number($0.value)) : .null)
                        } + [
                            JSONMember("runs", JSONValue(.integer(row.runs))),
                            JSONMember(
                                "warnings", JSONValue(.list(row.warnings.map { JSONValue(.text($0)) }))),
                        ]))
        }
        return [
            "title": JSONValue(.text(title)), "protocol": JSONValue(.text(protocolText)),
            "metric": JSONValue(.text(metric)), "level": JSONValue(.number(level)),
            "note": JSONValue(.text(note)), "rows": JSONValue(.list(rows)),
        ]
    }

    private static func numbers(_ row: Row) -> [(name: String, value: Double)] {
        func interval(_ name: String, _ value: ConfidenceInterval) -> [(name: String, value: Double)] {
            [(name, value.estimate), (name + "_low", value.low), (name + "_high", value.high)]
        }
        return interval("pooled", row.pooled) + interval("fold_mean", row.folds) + [
            ("fold_sd", row.foldDeviation), ("seed_sd", row.seedDeviation),
            ("difference", row.difference), ("p", row.pValue),
        ]
    }
}
