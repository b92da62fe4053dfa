import Autograd
import Classical
import Foundation
import Lab
import Projection
import Reports

extension PlotKind {
    static let projection = PlotKind(
        name: "projection",
        summary: "a projection of the training set of an experiment, or of the evaluated subset of a run",
        options: [
            PlotOption.method, PlotOption.layer, PlotOption.color, PlotOption.subset, PlotOption.seed,
        ]
    ) { source in
        let method = source.arguments[PlotOption.method] ?? "tsne"
        guard let title = titles[method] else {
            throw UsageError("--method: expected pca, tsne or umap for projection")
        }
        if method == "pca" { try source.refuse([PlotOption.seed], with: "--method pca") }
        let embedding = try source.arguments[PlotOption.layer].map { layer in
            let record = try source.finishedRun()
            return try LayerEmbedding(Predictor(record.path).model, layer: layer, file: record.path)
        }
        let rows = try source.rows(source.record == nil ? .train : source.subset, embedding: embedding)
        let (view, axes, trust) = try project(rows, method, source)
        let color = source.arguments[PlotOption.color] ?? "class"
        let groups: [String] =
            switch color {
            case "speaker": rows.clips.map { $0.speaker ?? "unknown" }
            case "corpus": rows.clips.map { $0.value(of: "corpus") ?? "one corpus" }
            default: rows.clips.map(\.label)
            }
        let names = Set(groups).sorted()
        return ScatterPlot(
            title: "\(title) of \(rows.note), by \(color)",
            note:
                "standardized; trustworthiness \(String(format: "%.3f", trust)) (5 neighbors; 1 is perfect)",
            points: (0..<view.rows).map { (view[$0, 0], view[$0, 1]) },
            labels: groups.map { names.firstIndex(of: $0) ?? 0 }, groups: names, axes: axes)
    }

    private static let titles = ["tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"]

    private static func project(
        _ rows: FeatureRows, _ method: String, _ source: PlotSource
    ) throws -> (view: Matrix, axes: (x: String, y: String)?, trust: Double) {
        let scaled = try StandardScalerOptions().fit(
            rows.matrix, labels: rows.labels, classes: rows.classes.count,
            generator: RandomGenerator(seed: 0)
        ).transform(rows.matrix)
        let generator = RandomGenerator(seed: source.seed).split("projection")
        source.observer.begin("Projection")
        let view: Matrix
        var axes: (x: String, y: String)?
        switch method {
        case "tsne":
            let perplexity = min(30, Double(rows.matrix.rows - 1) / 3)
            view = try TSNE(perplexity: perplexity).fit(scaled, generator: generator).embedding
        case "umap": view = try UMAP().fit(scaled, generator: generator).embedding
        default:
            let model = try PCAOptions(nComponents: .count(2)).fit(
                scaled, labels: rows.labels, classes: rows.classes.count, generator: generator)
            view = model.transform(scaled)
            let shares = model.explainedVarianceRatio.map { String(format: "%.0f%%", $0 * 100) }
            axes = ("component 1 (\(shares[0]) of variance)", "component 2 (\(shares[1]))")
        }
        let trust = try Trustworthiness(nNeighbors: min(5, max(1, rows.matrix.rows / 2 - 1))).score(
            scaled, embedding: view)
        return (view, axes, trust)
    }
}
