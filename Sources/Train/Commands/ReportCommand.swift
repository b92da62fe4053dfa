import Lab

extension Command {
    /// Writes the report of a run anew.
    static let report: Command = Command(
        name: "report",
        summary: "Writes the report of a run anew: one HTML page, and its pictures as SVG.",
        argument: Argument(placeholder: "RUN", help: "The folder of a run.", completion: .files),
        options: [Common.cache, Common.cacheLimit, Common.noCache],
        examples: [("Train report runs/quickstart", "Writes runs/quickstart/report.html.")],
        run: { arguments in
            let record = try RunRecord(arguments.required("run"))
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
