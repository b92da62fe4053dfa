import Configuration
import Lab
import Reports

/// The output formats of tables.
enum TableFormat: String, CaseIterable {
    case table, markdown, latex, csv, json, html

    static let option = Option.choice(
        "format", allCases.map(\.rawValue),
        help: "Output format (default: table). latex requires the package booktabs.")

    /// Returns the table in this format, followed by more tables except in CSV and JSON. All formats but CSV name the protocol.
    func text(_ table: ValueTable, _ others: [ValueTable] = []) -> String {
        let tables = [table] + others
        return switch self {
        case .table:
            ([table.text + table.protocolLine] + others.map(\.text)).joined(separator: "\n")
        case .markdown: tables.map(\.markdown).joined(separator: "\n") + table.protocolMarkdown
        case .latex: tables.map(\.latex).joined(separator: "\n")
        case .csv: table.csv
        case .json: table.json.pretty() + "\n"
        case .html: table.htmlPage(with: others)
        }
    }
}

extension Arguments {
    /// The format selected by `--format`.
    var tableFormat: TableFormat {
        self[TableFormat.option].flatMap(TableFormat.init(rawValue:)) ?? .table
    }
}
