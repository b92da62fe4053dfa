import Lab

extension Command {
    /// Writes the report of a run, a cross-validation or an ablation.
    static let report: Command = Command(
        name: "report",
        summary:
            "Write the report of a run (an HTML page, and its plots as SVG), of a cross-validation or of an ablation.",
        argument: Argument(
            placeholder: "RUN",
            help:
                "Folder of a run, a cross-validation or an ablation; FOLDER:MEMBER selects one member of an ablation.",
            completion: .files),
        options: [Common.cache, Common.cacheLimit, Common.noCache],
        examples: [
            ("Train report runs/quickstart", "Write runs/quickstart/report.html."),
            ("Train report runs/my-folds", "Write one report for all folds of a cross-validation."),
            ("Train report runs/mine:base", "Write the report of one member, runs/mine/report-base.html."),
        ],
        run: { arguments in
            let path = try arguments.required("a run folder")
            if let folder = RunSet.ablationFolder(path) {
                for option in [Common.cache.name, Common.cacheLimit.name, Common.noCache.name]
                where arguments.has(option) {
                    throw UsageError(
                        "--\(option) applies to the report of a single run; reports of cross-validations and ablations read no audio"
                    )
                }
                _ = try RunSet.reported(path, skipsUnfinished: true)
                guard let report = try GroupReport.ofAblation(path) else {
                    throw UsageError(
                        "\(folder): no finished run; resume with the same \(arguments.program.name) ablate command"
                    )
                }
                return print(try report.write())
            }
            let record = try RunRecord(path)
            if let gap = record.gap { Terminal.error("warning: \(gap); the report omits it") }
            let cache = try arguments.featureCache()
            var data: ExperimentData?
            do { data = try ExperimentData(record.trainedExperiment, cache: cache) } catch {
                Terminal.error("the report omits the recordings, because the data cannot be read: \(error)")
            }
            if data != nil, record.result != nil, record.experiment.evaluation.subset == .test {
                try record.noteTestRead("report")
            }
            try RunReport(record, data: data).write(to: RunFolder(record.path))
            print("\(record.file(RunFile.report))")
        })
}
