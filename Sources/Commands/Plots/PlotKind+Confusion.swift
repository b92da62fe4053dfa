import Lab
import Reports

extension PlotKind {
    static let confusion = PlotKind(
        name: "confusion", summary: "the confusion matrix of a run", options: []
    ) { source in
        let record = try source.finishedRun()
        guard let predictions = record.predictions else {
            throw LabError("\(source.target): no \(RunFile.predictions)")
        }
        return ConfusionPlot(try predictions.confusion())
    }
}
