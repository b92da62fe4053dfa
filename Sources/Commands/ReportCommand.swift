import Reports
import Lab

extension Command {
    /// Writes the report of a run, a cross-validation or an ablation.
    static let report: Command = Command(
        name: "report",
        summary:
            "Write the report of a run, a cross-validation or an ablation as an HTML page.",
        argument: Argument(
            placeholder: "RUN", help: "Folder of a run, a cross-validation or an ablation.",
            completion: .files),
        options: [Common.cache, Common.cacheLimit, Common.noCache],
        examples: [
            (
                "Train report runs/quickstart",
                "Write runs/quickstart/report.html, and its plots as SVG files."
            ),
            ("Train report runs/my-folds", "Write one page for all folds of a cross-validation."),
        ],
        run: { arguments in
            let path = try arguments.required("run")
            if let folder = RunSet.ablationFolder(path) {
                let sets = try RunSet.all(path, skipsUnfinished: true)
                guard !sets.isEmpty else {
                    throw UsageError("\(folder): none of its runs has ended; resume with Train ablate")
                }
                let heading = try RunSet.heading(ofAblation: folder)
                let report = try GroupReport(
                    title: heading?.name ?? folder, sets, metric: heading?.metric)
                return print(try report.write(to: folder))
            }
            let record = try RunRecord(path)
            if let gap = record.gap { Terminal.error("warning: \(gap); the report does without") }
            let cache = try arguments.featureCache()
            var data: ExperimentData?
            do { data = try ExperimentData(record.experiment, cache: cache) } catch {
                Terminal.error("without sounds, as the data cannot be read: \(error)")
            }
            try RunReport(record, data: data).write(to: RunFolder(record.path))
            print("\(record.file(RunFile.report))")
        })
}
