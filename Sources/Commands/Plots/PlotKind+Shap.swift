import Lab
import Reports

extension PlotKind {
    static let shap = PlotKind(
        name: "shap", summary: "SHAP values of a class for a tree model, one dot per clip",
        options: [PlotOption.className, PlotOption.top, PlotOption.subset]
    ) { source in
        let record = try source.finishedRun()
        let explanation = try TreeExplanation(Predictor(record.path).model)
        try explanation.requireClasses()
        let classes = try source.data().corpus.classes
        let name = source.arguments[PlotOption.className] ?? classes[0]
        guard let output = classes.firstIndex(of: name) else {
            throw UsageError("--class: unknown class \"\(name)\"", of: name, among: classes)
        }
        let rows = try source.rows(source.subset)
        let values = explanation.shapValues(rows.matrix, output: output)
        let features = rows.names.indices.map { column in
            BeeswarmPlot.Feature(
                PlotSource.readable(rows.names[column]), attributions: values[column],
                values: rows.columns([column])[0])
        }
        var plot = BeeswarmPlot(
            title: "SHAP values for the class \(name), \(source.subset.word) set",
            xName: "SHAP value (effect on the \(explanation.shapOutput))", features: features)
        plot.limit = source.arguments[PlotOption.top] ?? 20
        return plot
    }
}
