import Autograd
import Classical
import Configuration
import Foundation
import Lab
import Layers
import Projection
import Reports
import SpeechEmotion

extension Command {
    private static let kinds = [
        "classes", "histograms", "violins", "correlation", "importance", "shap", "projection", "confusion",
        "learning-curve", "search",
    ]
    private static let out = Option.path("out", "FILE", help: "SVG file to write (default: KIND.svg).")
    private static let plotFeatures = Option.text(
        "features", "NAMES",
        help:
            "Features to plot, separated by commas (default: the --top features with the largest F values between classes)."
    )
    private static let top = Option.integer(
        "top", "N", in: 1...200, help: "Number of features to plot (default: 12; 20 for importance and shap)."
    )
    private static let method = Option.choice(
        "method", ["impurity", "permutation", "families", "shap", "pca", "tsne", "umap"],
        help:
            "importance: impurity (default for trees), permutation, families (permutation of all values of a feature together) or shap. projection: pca, tsne (default) or umap."
    )
    private static let layer = Option.text(
        "layer", "NAME",
        help: "projection: use the outputs of a layer of the run's model instead of the features.")
    private static let color = Option.choice(
        "color", ["class", "speaker", "corpus"],
        help: "projection: color by class (default), speaker or corpus.")
    private static let className = Option.text(
        "class", "NAME", help: "shap: the class whose output is explained (default: the first).")
    private static let seed = Option.integer(
        "seed", "N", in: 0...Int(Int32.max), help: "Random seed (default: 0).")

    /// Draws a plot of data, of a run or of a search.
    static let plot: Command = Command(
        name: "plot",
        summary:
            "Draw a plot as SVG: of the features of an experiment (classes, histograms, violins, correlation, projection, learning-curve), or of a run (importance, shap, confusion, search, and all of the former).",
        argument: Argument(
            placeholder: "KIND RUN|CONFIG",
            help:
                "The kind of plot, and the folder of a run or an experiment (JSON file). Kinds: \(kinds.joined(separator: ", ")).",
            isRepeated: true, completion: .files),
        options: [
            out, plotFeatures, top, method, layer, color, className, seed, Common.set, Common.threads,
            Common.cache, Common.cacheLimit, Common.noCache, Common.quiet,
        ],
        examples: [
            (
                "Train plot importance runs/forest",
                "Draw the feature importances of a forest: importance.svg."
            ),
            (
                "Train plot importance runs/any --method families",
                "The same by permutation on the evaluated subset, one bar per feature family."
            ),
            ("Train plot violins mine.json --features rms_0_mean,zcr_0_mean", "Draw two features by class."),
            (
                "Train plot projection runs/quickstart --layer 7 --method umap --color speaker",
                "Draw the outputs of layer 7 of a network by UMAP, colored by speaker."
            ),
        ],
        run: drawPlot)

    private static func drawPlot(_ arguments: Arguments) throws {
        Interrupt.watch()
        arguments.applyThreads()
        guard arguments.all.count == 2 else {
            throw UsageError(
                "expected a kind of plot and a run or an experiment, such as: plot importance runs/forest")
        }
        let (kind, target) = (arguments.all[0], arguments.all[1])
        guard kinds.contains(kind) else {
            throw UsageError("unknown kind of plot \"\(kind)\"", of: kind, among: kinds)
        }
        let observer = TerminalProgress(isQuiet: arguments[Common.quiet])
        defer { observer.finish() }
        let plot = try PlotMaker(arguments, target: target, observer: observer).plot(
            kind,
            options: PlotMaker.Options(
                features: arguments[plotFeatures]?.split(separator: ",").map(String.init),
                top: arguments[top],
                method: arguments[method], layer: arguments[layer], color: arguments[color] ?? "class",
                className: arguments[className], seed: UInt64(arguments[seed] ?? 0)))
        observer.finish()
        let file = arguments[out] ?? "\(kind).svg"
        try AtomicFile.write(Array(plot.svg.utf8), to: file)
        print("\(file): \(plot.summary)")
    }
}

/// Makes the plots of `plot`.
private struct PlotMaker {
    struct Options {
        var features: [String]?
        var top: Int?
        var method: String?
        var layer: String?
        var color: String
        var className: String?
        var seed: UInt64
    }

    private let target: String
    private let experiment: Experiment
    private let record: RunRecord?
    private let cache: FeatureCache?
    private let observer: TerminalProgress

    init(_ arguments: Arguments, target: String, observer: TerminalProgress) throws {
        self.target = target
        self.observer = observer
        cache = try arguments.featureCache()
        if FeatureInput.isRun(target) {
            let record = try RunRecord(target)
            self.record = record
            experiment = record.experiment
        } else {
            record = nil
            experiment = try arguments.experiment(target)
        }
    }

    func plot(_ kind: String, options: Options) throws -> any Plot {
        switch kind {
        case "classes": return try classes()
        case "histograms": return FeatureHistograms(try table(options))
        case "violins": return FeatureViolins(try table(options))
        case "correlation":
            let rows = try rows(.train)
            let columns = try columns(rows, options, most: 40)
            return CorrelationPlot(
                names: columns.map { Self.readable(rows.names[$0]) }, features: rows.columns(columns),
                isClustered: options.features == nil)
        case "importance": return try importance(options)
        case "shap": return try beeswarm(options)
        case "projection": return try projection(options)
        case "confusion":
            let record = try finished(kind)
            guard let predictions = record.predictions else {
                throw LabError("\(target): no \(RunFile.predictions)")
            }
            return ConfusionPlot(try predictions.confusion())
        case "learning-curve":
            let metric = experiment.evaluation.metrics.contains(.uar) ? "uar" : "loss"
            let curve = try LearningCurve(metric: metric).compute(
                experiment.withoutSearch, data: data(), cache: cache, observer: observer)
            return LineChart.learningCurve(yName: metric, curve, isShare: metric != "loss")
        default:
            let record = try finished(kind)
            guard let search = experiment.search else {
                throw LabError(
                    "\(target): the run has no hyperparameter search; add \"search\" to its config")
            }
            guard let plot = try SearchResult(search, file: record.file("search.jsonl")).plot else {
                throw LabError(
                    "\(target): a search over these parameters has no plot: it needs one numeric parameter, or two with at most 20 values; see \(record.file(RunFile.search))"
                )
            }
            return plot
        }
    }

    private func finished(_ kind: String) throws -> RunRecord {
        guard let record else {
            throw UsageError("plot \(kind) requires the folder of a run, found the experiment \(target)")
        }
        _ = try record.requireEnd()
        return record
    }

    private func data() throws -> ExperimentData { try ExperimentData(experiment, cache: cache) }

    private func rows(_ subset: Split.Subset, embedding: LayerEmbedding? = nil) throws -> FeatureRows {
        observer.begin("Features of the \(subset.rawValue) set")
        return try FeatureRows(
            experiment, data: data(), subset: subset, embedding: embedding,
            progress: { [observer] in observer.advance($0, of: $1, note: "") })
    }

    /// `mfcc 0 mean` for `mfcc_0_mean`.
    private static func readable(_ name: String) -> String { name.replacing("_", with: " ") }

    private func columns(_ rows: FeatureRows, _ options: Options, most: Int = 12) throws -> [Int] {
        guard let names = options.features else {
            return try rows.best(min(options.top ?? most, rows.names.count))
        }
        return try names.map { name in
            guard let column = rows.names.firstIndex(of: name) else {
                throw UsageError("--features: unknown feature \"\(name)\"", of: name, among: rows.names)
            }
            return column
        }
    }

    private func table(_ options: Options) throws -> Reports.FeatureTable {
        let rows = try rows(.train)
        let columns = try columns(rows, options)
        return FeatureTable(
            names: columns.map { Self.readable(rows.names[$0]) }, values: rows.columns(columns),
            classes: rows.classes, labels: rows.labels)
    }

    private func classes() throws -> any Plot {
        let data = try data()
        let labels = try data.clips(.train).compactMap { data.corpus.classes.firstIndex(of: $0.label) }
        func counts(_ labels: [Int]) -> [Int] {
            labels.reduce(into: Array(repeating: 0, count: data.corpus.classes.count)) { $0[$1] += 1 }
        }
        let drawn = experiment.data.balance.draw(labels).map { labels[$0] }
        return GroupedBarChart.classCounts(
            title: "Training examples by class", classes: data.corpus.classes, before: counts(labels),
            after: counts(drawn))
    }

    private func importance(_ options: Options) throws -> any Plot {
        let record = try finished("importance")
        let model = try Predictor(record.path).model
        let names = experiment.features.names
        let limit = options.top ?? 20
        func chart(
            _ title: String, _ x: String, _ names: [String], _ values: [Double],
            _ intervals: [ClosedRange<Double>?] = []
        ) -> BarChart {
            BarChart.importances(
                title: title, xName: x, names.map(Self.readable), values, intervals: intervals, limit: limit)
        }
        switch options.method ?? ((try? TreeExplanation(model)) == nil ? "permutation" : "impurity") {
        case "impurity":
            return chart(
                "Impurity importances", "share of the decrease in impurity, training set", names,
                try TreeExplanation(model).impurityImportances)
        case "shap":
            let rows = try rows(experiment.evaluation.subset == .test ? .test : .validation)
            let explanation = try TreeExplanation(model)
            var means = Array(repeating: 0.0, count: names.count)
            for output in rows.classes.indices {
                for (column, values) in explanation.shapValues(rows.matrix, output: output).enumerated() {
                    means[column] += values.reduce(0) { $0 + abs($1) } / Double(values.count)
                }
            }
            return chart("SHAP importances", "mean absolute SHAP value, summed over classes", names, means)
        case let method where method == "permutation" || method == "families":
            let rows = try rows(experiment.evaluation.subset == .test ? .test : .validation)
            let families = FeatureFamilies(rows.names)
            let isGrouped = method == "families"
            observer.begin("Permutation importances")
            let found = try ModelPermutation().compute(
                model, rows, groups: isGrouped ? families.columns : nil, seed: options.seed)
            return chart(
                "Permutation importances",
                "decrease of UAR if shuffled, \(experiment.evaluation.subset.rawValue) set",
                isGrouped ? families.names : rows.names, found.means,
                found.intervals.map { $0.map { Optional($0) } } ?? [])
        default: throw UsageError("--method: expected impurity, permutation, families or shap for importance")
        }
    }

    private func beeswarm(_ options: Options) throws -> any Plot {
        let record = try finished("shap")
        let explanation = try TreeExplanation(Predictor(record.path).model)
        let rows = try rows(experiment.evaluation.subset == .test ? .test : .validation)
        let name = options.className ?? rows.classes[0]
        guard let output = rows.classes.firstIndex(of: name) else {
            throw UsageError("--class: unknown class \"\(name)\"", of: name, among: rows.classes)
        }
        let values = explanation.shapValues(rows.matrix, output: output)
        let features = rows.names.indices.map { column in
            BeeswarmPlot.Feature(
                Self.readable(rows.names[column]), attributions: values[column],
                values: rows.columns([column])[0])
        }
        let order = features.indices.sorted { features[$0].importance > features[$1].importance }
        return BeeswarmPlot(
            title: "SHAP values for the class \(name)",
            features: order.prefix(options.top ?? 20).map { features[$0] })
    }

    private func projection(_ options: Options) throws -> any Plot {
        let embedding = try options.layer.map { layer in
            let record = try finished("projection --layer")
            return try LayerEmbedding(Predictor(record.path).model, layer: layer, file: record.path)
        }
        let rows = try rows(record == nil ? .train : .test, embedding: embedding)
        let scaled = try StandardScalerOptions().fit(
            rows.matrix, labels: rows.labels, classes: rows.classes.count,
            generator: RandomGenerator(seed: 0)
        ).transform(rows.matrix)
        let generator = RandomGenerator(seed: options.seed).split("projection")
        observer.begin("Projection")
        let method = options.method ?? "tsne"
        let view: Matrix
        var axes: (x: String, y: String)?
        switch method {
        case "tsne":
            let perplexity = min(30, Double(rows.matrix.rows - 1) / 3)
            view = try TSNE(perplexity: perplexity).fit(scaled, generator: generator).embedding
        case "umap": view = try UMAP().fit(scaled, generator: generator).embedding
        case "pca":
            let model = try PCAOptions(nComponents: .count(2)).fit(
                scaled, labels: rows.labels, classes: rows.classes.count, generator: generator)
            view = model.transform(scaled)
            let shares = model.explainedVarianceRatio.map { String(format: "%.0f%%", $0 * 100) }
            axes = ("component 1 (\(shares[0]) of variance)", "component 2 (\(shares[1]))")
        default: throw UsageError("--method: expected pca, tsne or umap for projection")
        }
        let trust = try Trustworthiness(nNeighbors: min(5, max(1, rows.matrix.rows / 2 - 1))).score(
            scaled, embedding: view)
        let groups: [String] =
            switch options.color {
            case "speaker": rows.clips.map { $0.speaker ?? "unknown" }
            case "corpus": rows.clips.map { $0.value(of: "corpus") ?? "one corpus" }
            default: rows.clips.map(\.label)
            }
        let names = Set(groups).sorted()
        let titles = ["tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"]
        return ScatterPlot(
            title: "\(titles[method] ?? method) of \(rows.note), by \(options.color)",
            note:
                "standardized; trustworthiness \(String(format: "%.3f", trust)) (5 neighbors; 1 is perfect)",
            points: (0..<view.rows).map { (view[$0, 0], view[$0, 1]) },
            labels: groups.map { names.firstIndex(of: $0) ?? 0 }, groups: names, axes: axes)
    }
}
