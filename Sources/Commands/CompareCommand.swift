import Autograd
import Foundation
import Lab

extension Command {
    private static let out = Option.path("out", "FILE", help: "Output file (default: standard output).")

    private static let test = Option.choice(
        "test", IndependentUnit.allCases.map(\.rawValue),
        help:
            "Independent units of the tests and intervals: speakers (permutation test by speaker; jackknife t-test with fewer than 10), folds (corrected resampled t-test) or clips (McNemar's test for accuracy, else a permutation test). Default: chosen from the split."
    )

    /// Compares runs.
    static let compare: Command = Command(
        name: "compare",
        summary:
            "Compare runs or cross-validations: metrics, confidence intervals, paired tests and config differences.",
        argument: Argument(
            placeholder: "RUN",
            help:
                "Folders of runs, cross-validations or ablations (FOLDER:MEMBER selects one member). All are compared with the first.",
            isRepeated: true, completion: .files),
        options: [TableFormat.option, out, test],
        examples: [
            ("Train compare runs/a runs/b", "Test whether b differs from a on the same test clips."),
            (
                "Train compare runs/a runs/b runs/c --format markdown --out comparison.md",
                "Write the comparison of three runs as Markdown tables."
            ),
        ],
        run: { arguments in
            let sets = try arguments.all.flatMap { try RunSet.all($0) }
            guard sets.count > 1 else {
                throw UsageError(
                    "missing argument: two or more run folders, or an ablation with several members")
            }
            for set in sets {
                for gap in set.records.compactMap(\.gap) { Terminal.error("warning: \(gap)") }
            }
            let comparison = try RunComparison(
                sets, unit: arguments[test].flatMap(IndependentUnit.init(rawValue:)))
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
