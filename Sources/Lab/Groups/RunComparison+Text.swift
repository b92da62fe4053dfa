import Configuration
import Reports

/// The comparison as text, Markdown, LaTeX, CSV, JSON and HTML.
extension RunComparison {
    /// The comparison as text for a terminal.
    public var text: String {
        let configs =
            differences.isEmpty
            ? "The configs do not differ in any key that affects results.\n"
            : "Config differences\n"
                + differences.map { difference in
                    "  \(difference.path)\n"
                        + zip(names, shown(difference)).map { "    \($0): \($1)\n" }.joined()
                }.joined()
        let described = described.map(\.protocolLine)
        return (warnings.map { "warning: \($0)\n" } + described + tables.map(\.text) + [configs])
            .joined(separator: "\n")
    }

    /// The comparison as Markdown.
    public var markdown: String {
        let warnings = warnings.map { "> Warning: \($0.asMarkdown)\n" }
        let described = described.map { String($0.protocolMarkdown.dropFirst()) }
        return (warnings + described + tables.map(\.markdown) + [configMarkdown]).joined(separator: "\n")
    }

    /// The table whose protocol is printed above all tables, which share it; none if it is not known.
    private var described: [ResultTable] { tables.prefix(1).filter { !$0.protocolText.isEmpty } }

    private var configMarkdown: String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map(\.asMarkdown).joined(separator: " | ") + " |\n"
        }
        guard !differences.isEmpty else { return "" }
        return "**Configs**\n\n" + line(["path"] + names)
            + "|" + String(repeating: " --- |", count: names.count + 1) + "\n"
            + differences.map { line([$0.path] + shown($0)) }.joined()
    }

    /// The tables of the metrics as LaTeX, with booktabs.
    public var latex: String { tables.map(\.latex).joined(separator: "\n") }

    /// The metrics as CSV, a row for each run and metric.
    public var csv: String {
        guard let first = tables.first?.csv.prefix(while: { $0 != "\n" }) else { return "" }
        return first + "\n" + tables.map { $0.csv.dropFirst(first.count + 1) }.joined()
    }

    /// The comparison as JSON.
    public var json: JSONValue {
        [
            "runs": JSONValue(.list(names.map { JSONValue(.text($0)) })),
            "warnings": JSONValue(.list(warnings.map { JSONValue(.text($0)) })),
            "metrics": JSONValue(.list(tables.map(\.json))),
            "config": JSONValue(
                .list(
                    differences.map { difference in
                        [
                            "path": JSONValue(.text(difference.path)),
                            "values": JSONValue(.list(difference.values.map { $0 ?? .null })),
                        ]
                    })),
        ]
    }

    /// The comparison as an HTML page.
    public var html: String {
        let configs = HTML.table(
            caption: "Config differences", columns: ["path"] + names,
            rows: differences.map { [$0.path] + shown($0) })
        return HTML.page(
            title: names.joined(separator: ", "),
            warnings.map { HTML.paragraph("Warning: \($0)", class: "callout bad") }.joined()
                + described.map(\.protocolHTML).joined()
                + tables.map(\.html).joined() + (differences.isEmpty ? "" : configs))
    }

    /// The beginnings of the values; a dash for missing values.
    private func shown(_ difference: ConfigDifference) -> [String] {
        difference.values.map { value in
            guard let line = value?.line else { return "–" }
            return line.count > 100 ? line.prefix(99) + "…" : line
        }
    }
}
