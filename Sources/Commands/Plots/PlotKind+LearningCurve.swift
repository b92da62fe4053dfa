import Lab
import Reports

extension PlotKind {
    static let learningCurve = PlotKind(
        name: "learning-curve",
        summary: "scores against the amount of training data, by cross-validation inside the training set",
        options: []
    ) { source in
        let metric =
            source.experiment.metrics.contains(.uar)
            ? "uar" : source.experiment.metrics.contains(.concordance) ? "ccc" : "loss"
        let curve = try LearningCurve(metric: metric).compute(
            source.experiment.withoutSearch, data: source.data(), cache: source.cache,
            observer: source.observer)
        return LineChart.learningCurve(yName: metric, curve, isProportion: metric != "loss")
    }
}
