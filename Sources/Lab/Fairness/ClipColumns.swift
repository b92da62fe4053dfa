import Autograd
import Configuration
import Reports
import SpeechEmotion

/// The columns of the evaluated clips by which metrics are computed, as the file `columns.csv` of a run has them.
struct ClipColumns {
    /// For each column the value of each clip that has one.
    private(set) var columns: [(name: String, values: [String: String])]

    /// The columns of clips. Throws an `InputError` if no clip has a column.
    init(_ names: [String], of clips: [Clip]) throws(InputError) {
        columns = []
        for name in names {
            let values = Dictionary(
                clips.compactMap { clip in clip.value(of: name).map { (clip.id, $0) } },
                uniquingKeysWith: { first, _ in first })
            guard !values.isEmpty else {
                throw InputError(
                    "\"evaluation.groups\"", found: "the column \"\(name)\", which no evaluated clip has",
                    allowed: Corpus(name: "", clips: clips).columns.map { "\"\($0)\"" }.joined(
                        separator: ", "))
            }
            columns.append((name, values))
        }
    }

    /// Reads a file written from `csv`.
    init(contentsOf file: String) throws(ConfigurationError) {
        let table = try CSVTable(contentsOf: file)
        guard table.columns.first == "file" else {
            throw ConfigurationError(
                place: Location(source: file), "expected the column file, found \(table.columns[0])")
        }
        columns = table.columns.indices.dropFirst().map { column in
            let pairs = table.rows.filter { !$0[column].text.isEmpty }.map { ($0[0].text, $0[column].text) }
            return (table.columns[column], Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
        }
    }

    /// Joins the columns of several test sets.
    init(joining all: [ClipColumns]) {
        columns = []
        for name in all.flatMap(\.columns).map(\.name) where !columns.contains(where: { $0.name == name }) {
            let values = all.flatMap(\.columns).filter { $0.name == name }.map(\.values)
            columns.append((name, values.reduce(into: [:]) { $0.merge($1) { own, _ in own } }))
        }
    }

    /// A row for each clip, in this order.
    func csv(_ ids: [String]) -> String {
        let header = (["file"] + columns.map(\.name)).map(CSV.cell)
        return ([header] + ids.map { id in ([id] + columns.map { $0.values[id] ?? "" }).map(CSV.cell) })
            .map { $0.joined(separator: ",") + "\n" }.joined()
    }
}
