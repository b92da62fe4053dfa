import Autograd
import Lab
import Reports

extension PlotKind {
    static let search = PlotKind(
        name: "search", summary: "the scores of a run's hyperparameter search", options: []
    ) { source in
        let record = try source.finishedRun()
        guard let search = record.experiment.search else {
            throw InputError(
                "\(source.target): the run has no hyperparameter search; add \"search\" to its config")
        }
        guard let plot = try SearchResult(search, file: record.file("search.jsonl")).plot else {
            throw InputError(
                "\(source.target): no trial of the search could be scored; see \(record.file(RunFile.search))"
            )
        }
        return plot
    }
}
