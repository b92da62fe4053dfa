import Lab
import Reports

extension PlotKind {
    static let search = PlotKind(
        name: "search", summary: "the scores of a run's hyperparameter search", options: []
    ) { source in
        let record = try source.finishedRun()
        guard let search = record.experiment.search else {
            throw LabError(
                "\(source.target): the run has no hyperparameter search; add \"search\" to its config")
        }
        guard let plot = try SearchResult(search, file: record.file("search.jsonl")).plot else {
            throw LabError(
                "\(source.target): a search over these parameters cannot be plotted; a plot requires one numeric parameter, or two parameters with at most 20 values each. See \(record.file(RunFile.search))"
            )
        }
        return plot
    }
}
