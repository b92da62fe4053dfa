import Lab

/// Results as lines for a terminal.
enum ResultText {
    /// The figures of a part with their ranges, as a table.
    static func figures(_ result: RunResult) -> String {
        let units = RunResult.Interval.Unit.allCases.filter { unit in
            result.intervals.contains { $0.over == unit }
        }
        let level = Int(((result.intervals.first?.level ?? 0) * 100).rounded())
        var rows = [[result.part.rawValue, "value"] + units.map { "\(level) % over \($0.rawValue)" }]
        for entry in result.test.entries {
            let ranges = units.map { unit -> String in
                let interval = result.intervals.first { $0.figure == entry.name && $0.over == unit }
                guard let low = interval?.low, let high = interval?.high else { return "" }
                return "\(fixed(low)) to \(fixed(high))"
            }
            rows.append([entry.name, entry.value.map(fixed) ?? "-"] + ranges)
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private static func fixed(_ value: Double) -> String {
        let text = "\((value * 10000).rounded() / 10000)"
        let decimals = text.split(separator: ".").last?.count ?? 0
        return text + String(repeating: "0", count: max(0, 4 - decimals))
    }

    /// Four digits that matter.
    static func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        if value.magnitude < 0.001 || value.magnitude >= 1e6 { return "\(Float(value))" }
        return "\((value * 10000).rounded() / 10000)"
    }
}
