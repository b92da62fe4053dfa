import Autograd
import Lab
import Reports

extension PlotKind {
    static let confusion = PlotKind(
        name: "confusion", summary: "the confusion matrix of a run", options: []
    ) { source in
        let record = try source.finishedRun()
        guard let all = record.predictions else {
            throw InputError("\(source.target): no \(RunFile.predictions)")
        }
        guard let predictions = all.classification else {
            throw InputError(
                "\(source.target): a confusion matrix requires a target that is a classification; the report shows the others"
            )
        }
        return ConfusionPlot(try predictions.confusion())
    }
}
