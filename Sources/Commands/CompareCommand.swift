import Autograd
import Foundation
import Lab

extension Command {
    private static let out = Option.path(
        "out", "FILE", help: "The file to write; standard output unless given.")

    private static let test = Option.choice(
        "test", RunGroup.Unit.allCases.map(\.rawValue),
        help:
            "The independent units of intervals and tests: speakers (permutation by speaker), folds (corrected resampled t-test), or clips (McNemar's test for accuracy). Chosen by the split unless given."
    )

    /// Compares runs.
    static let compare: Command = Command(
        name: "compare",
        summary:
            "Compares runs or cross-validations: metrics, confidence intervals, paired tests, and the differences between their configs.",
        argument: Argument(
            placeholder: "RUN",
            help:
                "Folders of runs or of cross-validations and ablations (FOLDER:MEMBER names one member); the others are compared with the first.",
            isRepeated: true, completion: .files),
        options: [TableFormat.option, out, test],
        examples: [
            ("Train compare runs/a runs/b", "Tests whether b differs from a on the same test clips."),
            (
                "Train compare runs/a runs/b runs/c --format markdown --out comparison.md",
                "Three runs as Markdown tables."
            ),
        ],
        run: { arguments in
            let sets = try arguments.all.flatMap { try RunSet.all($0) }
            guard sets.count > 1 else {
                throw UsageError("which runs? Give two folders or more, or an ablation of several members")
            }
            for set in sets {
                for gap in set.records.compactMap(\.gap) { Terminal.error("warning: \(gap)") }
            }
            let comparison = try RunComparison(
                sets, unit: arguments[test].flatMap(RunGroup.Unit.init(rawValue:)))
            let text =
                switch arguments.tableFormat {
                case .table: comparison.text
                case .markdown: comparison.markdown
                case .latex: comparison.latex
                case .csv: comparison.csv
                case .json: comparison.json.pretty() + "\n"
                case .html: comparison.html
                }
            if [.csv, .html, .latex].contains(arguments.tableFormat) || arguments[out] != nil {
                for warning in comparison.warnings { Terminal.error("warning: \(warning)") }
            }
            guard let file = arguments[out] else { return Terminal.show(text) }
            try AtomicFile.write(Array(text.utf8), to: file)
        })
}
