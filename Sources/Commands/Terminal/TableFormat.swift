import Configuration
import Lab
import Reports

/// The output formats of tables.
enum TableFormat: String, CaseIterable {
    case table, markdown, latex, csv, json, html

    static let option = Option.choice(
        "format", allCases.map(\.rawValue),
        help: "Output format (default: table). latex requires the package booktabs.")

    /// Returns the table in this format. All formats but CSV name the protocol.
    func text(_ table: ValueTable) -> String {
        switch self {
        case .table: table.text + table.protocolLine
        case .markdown: table.markdown + table.protocolMarkdown
        case .latex: table.latex
        case .csv: table.csv
        case .json: table.json.pretty() + "\n"
        case .html: table.htmlPage
        }
    }
}

extension Arguments {
    /// The format selected by `--format`.
    var tableFormat: TableFormat {
        self[TableFormat.option].flatMap(TableFormat.init(rawValue:)) ?? .table
    }
}
