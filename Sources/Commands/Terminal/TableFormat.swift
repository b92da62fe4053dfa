import Configuration
import Lab
import Reports

/// The forms in which commands write tables.
enum TableFormat: String, CaseIterable {
    case table, markdown, latex, csv, json, html

    static let option = Option.choice(
        "format", allCases.map(\.rawValue),
        help: "The output format; table unless given. latex needs the package booktabs.")

    /// A table of values in this form.
    func text(_ table: ValueTable) -> String {
        switch self {
        case .table: table.text
        case .markdown: table.markdown
        case .latex: table.latex
        case .csv: table.csv
        case .json: table.json.pretty() + "\n"
        case .html: table.htmlPage
        }
    }
}

extension Arguments {
    /// The form that `--format` asks for.
    var tableFormat: TableFormat {
        self[TableFormat.option].flatMap(TableFormat.init(rawValue:)) ?? .table
    }
}
