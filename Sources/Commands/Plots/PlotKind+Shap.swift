import Lab
import Reports

extension PlotKind {
    static let shap = PlotKind(
        name: "shap", summary: "SHAP values of a class or a target for a tree model, one dot per clip",
        options: [PlotOption.className, PlotOption.top, PlotOption.subset]
    ) { source in
        let record = try source.finishedRun()
        let predictor = try Predictor(record.path)
        let explanation = try TreeExplanation(predictor.model)
        let outputs = predictor.outputNames
        let name = source.arguments[PlotOption.className] ?? outputs[0]
        guard let output = outputs.firstIndex(of: name) else {
            throw UsageError("--class: unknown output \"\(name)\"", of: name, among: outputs)
        }
        let rows = try source.rows(source.subset)
        // Numbers are explained in their own unit.
        let scale =
            zip(predictor.targets, predictor.targets.ranges).first { $1.contains(output) }?.0.scale ?? 1
        let values = explanation.shapValues(rows.matrix, output: output).map { $0.map { $0 * scale } }
        let features = rows.names.indices.map { column in
            BeeswarmPlot.Feature(
                PlotSource.readable(rows.names[column]), attributions: values[column],
                values: rows.columns([column])[0])
        }
        var plot = BeeswarmPlot(
            title:
                "SHAP values for \(predictor.targets.isEmpty ? "the class " : "")\(name), \(source.subset.word) set",
            xName: "SHAP value (effect on the \(explanation.shapOutput))", features: features)
        plot.limit = source.arguments[PlotOption.top] ?? 20
        return plot
    }
}
