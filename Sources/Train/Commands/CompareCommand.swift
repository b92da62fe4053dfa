import Autograd
import Foundation
import Lab

extension Command {
    private static let format = Option.choice(
        "format", ["table", "markdown", "csv", "json", "html"], help: "How it is written; table unless given."
    )
    private static let out = Option.path("out", "FILE", help: "Where to write; the screen unless given.")

    /// Sets runs side by side.
    static let compare: Command = Command(
        name: "compare",
        summary:
            "Sets runs side by side: figures, intervals, paired tests, and what differs in their configs.",
        argument: Argument(
            placeholder: "RUN", help: "Folders of runs; the others are compared with the first.",
            isRepeated: true, completion: .files),
        options: [format, out],
        examples: [
            ("Train compare runs/a runs/b", "Whether b is better than a, on the same test files."),
            (
                "Train compare runs/a runs/b runs/c --format markdown --out comparison.md",
                "Three runs as tables for a text."
            ),
        ],
        run: { arguments in
            guard arguments.all.count > 1 else { throw UsageError("which runs? Give two folders or more") }
            let records = try arguments.all.map { try RunRecord($0) }
            for gap in records.compactMap(\.gap) { Terminal.error("warning: \(gap)") }
            let comparison = try RunComparison(records)
            let text =
                switch arguments[format] {
                case "markdown": comparison.markdown
                case "csv": comparison.csv
                case "json": comparison.json.pretty() + "\n"
                case "html": comparison.html
                default: comparison.text
                }
            if ["csv", "html"].contains(arguments[format]) || arguments[out] != nil {
                for warning in comparison.warnings { Terminal.error("warning: \(warning)") }
            }
            guard let file = arguments[out] else { return Terminal.show(text) }
            try AtomicFile.write(Array(text.utf8), to: file)
        })
}
