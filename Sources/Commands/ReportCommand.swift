import Lab

extension Command {
    /// Writes the report of a run, a cross-validation or an ablation.
    static let report: Command = Command(
        name: "report",
        summary:
            "Writes the report of a run (an HTML page, and its plots as SVG), or one page for a cross-validation or an ablation.",
        argument: Argument(
            placeholder: "RUN",
            help:
                "The folder of a run, a cross-validation or an ablation; FOLDER:MEMBER for one member of an ablation.",
            completion: .files),
        options: [Common.cache, Common.cacheLimit, Common.noCache],
        examples: [
            ("Train report runs/quickstart", "Writes runs/quickstart/report.html."),
            ("Train report runs/my-folds", "Writes one page for all folds of a cross-validation."),
            ("Train report runs/mine:base", "Writes runs/mine/report-base.html, about one member."),
        ],
        run: { arguments in
            let path = try arguments.required("run")
            if let folder = RunSet.ablationFolder(path) {
                for option in [Common.cache.name, Common.cacheLimit.name, Common.noCache.name]
                where arguments.has(option) {
                    throw UsageError(
                        "--\(option) is for the report of a single run; that of a cross-validation or an ablation reads no audio"
                    )
                }
                _ = try RunSet.reported(path, skipsUnfinished: true)
                guard let report = try GroupReport.ofAblation(path) else {
                    throw UsageError(
                        "\(folder): none of its runs has ended; resume with \(arguments.program.name) ablate")
                }
                return print(try report.write())
            }
            let record = try RunRecord(path)
            if let gap = record.gap { Terminal.error("warning: \(gap); the report leaves it out") }
            let cache = try arguments.featureCache()
            var data: ExperimentData?
            do { data = try ExperimentData(record.experiment, cache: cache) } catch {
                Terminal.error("the report has no recordings, as the data cannot be read: \(error)")
            }
            try RunReport(record, data: data).write(to: RunFolder(record.path))
            print("\(record.file(RunFile.report))")
        })
}
