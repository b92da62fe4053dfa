import Autograd
import Configuration
import Foundation
import Lab

extension Command {
    private static let out = Option.path("out", "FILE", help: "SVG file to write (default: KIND.svg).")

    /// Draws a plot of data, of a run or of a search.
    static let plot: Command = Command(
        name: "plot",
        summary:
            "Draw a plot of a run, or of an experiment's features, as SVG.",
        argument: Argument(
            placeholder: "KIND RUN|CONFIG",
            help:
                "The kind of plot, followed by a run folder or an experiment (JSON file). Kinds: \(PlotKind.all.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")).",
            isRepeated: true, completion: .files),
        options: PlotOption.explained + [
            out, Common.set, Common.threads, Common.cache, Common.cacheLimit, Common.noCache, Common.quiet,
        ] as [any OptionDeclaration],
        examples: [
            (
                "Train plot importance runs/forest",
                "Draw the feature importances of a forest as importance.svg."
            ),
            (
                "Train plot importance runs/quickstart --method families --subset validation",
                "Draw permutation importances on the validation set, with one bar per feature family."
            ),
            (
                "Train plot violins mine.json --features rms_0_mean,zcr_0_mean",
                "Draw the distributions of two features by class."
            ),
            (
                "Train plot projection runs/quickstart --layer 7 --method umap --color speaker",
                "Draw a UMAP projection of the outputs of layer 7, colored by speaker."
            ),
        ],
        run: { arguments in
            Interrupt.watch()
            arguments.applyThreads()
            guard arguments.all.count == 2 else {
                throw UsageError(
                    "expected a kind of plot and a run or an experiment, such as plot importance runs/forest"
                )
            }
            let kind = try PlotKind.named(arguments.all[0])
            try kind.check(arguments)
            let observer = TerminalProgress(isQuiet: arguments[Common.quiet])
            defer { observer.finish() }
            let plot = try kind.draw(PlotSource(kind, arguments.all[1], arguments, observer))
            observer.finish()
            let file = arguments[out] ?? "\(kind.name).svg"
            try AtomicFile.write(Array(plot.svg.utf8), to: file)
            print("\(file): \(plot.summary)")
        })
}
