import Metrics
import Reports
import Training

extension LineChart {
    /// Returns one chart per metric, with training and validation curves together, such as `train_loss` and
    /// `validation_loss`. A loss that falls by orders of magnitude is drawn on a logarithmic axis. Metrics without finite values
    /// are omitted. Proportions are drawn in percent, as in the tables.
    ///
    /// - Parameter best: The best epoch, which is marked.
    public static func curves(of epochs: [EpochMetrics], best: Int? = nil) -> [LineChart] {
        var (kinds, charts) = ([String](), [String: [Series]]())
        var known: Set<String> = []
        for name in epochs.flatMap({ $0.values.map(\.name) }) where known.insert(name).inserted {
            let (subset, kind) = components(name)
            let points = epochs.map { (x: Double($0.epoch), y: $0[name] ?? .nan) }
            guard points.contains(where: { Scale.isDrawn($0.y) }) else { continue }
            if charts[kind] == nil { kinds.append(kind) }
            charts[kind, default: []].append(Series(subset ?? title(kind), points: points))
        }
        return kinds.map { kind in
            LineChart(
                title: title(kind), series: charts[kind] ?? [],
                axis: kind == "loss" || kind == "learning_rate" ? .automatic : .linear,
                isProportion: Metric.isProportion(kind), mark: best.map { (Double($0), "best: epoch \($0)") })
        }
    }

    /// Returns one chart per metric over several runs, such as folds: the mean over the runs that reached the epoch, with a band
    /// from the minimum to the maximum.
    public static func curves(ofRuns runs: [[EpochMetrics]]) -> [LineChart] {
        let last = runs.map(\.count).max() ?? 0
        let names = runs.joined().flatMap { $0.values.map(\.name) }
        var (known, unique): (Set<String>, [String]) = ([], [])
        for name in names where known.insert(name).inserted { unique.append(name) }
        var means: [EpochMetrics] = []
        var bands: [String: [(x: Double, low: Double, high: Double)]] = [:]
        for epoch in 0..<last {
            let present = runs.filter { $0.indices.contains(epoch) }.map { $0[epoch] }
            var averages: [(name: String, value: Double)] = []
            for name in unique {
                let values = present.compactMap { $0[name] }.filter(\.isFinite)
                guard let low = values.min(), let high = values.max() else { continue }
                averages.append((name, values.reduce(0, +) / Double(values.count)))
                bands[name, default: []].append((Double(epoch + 1), low, high))
            }
            means.append(EpochMetrics(epoch: epoch + 1, values: averages))
        }
        return curves(of: means).map { chart in
            var chart = chart
            for name in unique {
                let (subset, kind) = components(name)
                guard title(kind) == chart.title else { continue }
                for index in chart.series.indices where chart.series[index].name == subset ?? title(kind) {
                    chart.series[index].band = bands[name] ?? []
                }
            }
            return chart
        }
    }

    /// Splits a name such as `train_loss` into subset and metric.
    private static func components(_ name: String) -> (subset: String?, kind: String) {
        for (prefix, subset) in [("train_", "training"), ("validation_", "validation"), ("test_", "test")]
        where name.hasPrefix(prefix) {
            return (subset, String(name.dropFirst(prefix.count)))
        }
        return (nil, name)
    }

    /// The display name of a metric.
    static func title(_ name: String) -> String {
        let known = [
            "uar": "Unweighted average recall", "macro_f1": "Macro F1", "weighted_f1": "Weighted F1",
            "ece": "Expected calibration error", "auc": "Area under the ROC curve", "brier": "Brier score",
            "kappa": "Cohen's kappa", "matthews": "Matthews correlation", "ccc": "CCC", "mae": "MAE",
            "rmse": "RMSE", "pearson": "Pearson correlation", "spearman": "Spearman correlation",
            "memory_mb": "Memory (MB)", "label_macro_f1": "Label macro F1",
            "label_micro_f1": "Label micro F1",
            "label_auc": "Label AUC",
        ]
        if let title = known[name] { return title }
        if let dot = name.lastIndex(of: ".") {
            return "\(title(String(name[name.index(after: dot)...]))), \(name[..<dot])"
        }
        let words = name.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
