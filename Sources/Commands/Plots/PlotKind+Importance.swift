import Lab
import Layers
import Reports

extension PlotKind {
    static let importance = PlotKind(
        name: "importance", summary: "feature importances of a run",
        options: [PlotOption.method, PlotOption.top, PlotOption.subset, PlotOption.seed]
    ) { source in
        let record = try source.finishedRun()
        let model = try Predictor(record.path).model
        let usual =
            (try? TreeExplanation(model)) != nil
            ? "impurity" : model.input.count == 1 ? "permutation" : "families"
        let method = source.arguments[PlotOption.method] ?? usual
        return try importances(source, model, method).chart(
            limit: source.arguments[PlotOption.top] ?? 20)
    }

    private static func importances(
        _ source: PlotSource, _ model: Model, _ method: String
    ) throws -> FeatureImportances {
        let names = source.experiment.features.names
        switch method {
        case "impurity":
            try source.refuse([PlotOption.subset, PlotOption.seed], with: "--method impurity")
            return FeatureImportances(
                title: "Impurity importances", measure: "fraction of the decrease in impurity, training set",
                names: names, values: try TreeExplanation(model).impurityImportances)
        case "shap":
            try source.refuse([PlotOption.seed], with: "--method shap")
            let explanation = try TreeExplanation(model)
            let rows = try source.rows(source.subset)
            return FeatureImportances(
                title: "SHAP importances",
                measure:
                    "mean absolute SHAP value (\(explanation.shapOutput)), \(source.subset.word) set",
                names: names,
                values: explanation.shapImportances(rows.matrix, outputs: model.plan.output.reduce(1, *)))
        case "permutation", "families":
            let data = try source.data()
            let set = try source.evaluationSet(source.subset)
            source.observer.begin("Permutation importances")
            return try ModelPermutation().importances(
                model, set, source.experiment, data, families: method == "families",
                subset: source.subset, seed: source.seed, progress: source.progress("permutations"),
                stop: source.stop)
        default: throw UsageError("--method: expected impurity, permutation, families or shap for importance")
        }
    }
}
