extension LineChart {
    /// A chart for each figure of some epochs: those of training and validation together, such as `train_loss` and
    /// `validation_loss`. A loss that falls far is drawn on a logarithmic axis. A figure that is never a number has none.
    ///
    /// - Parameter best: The epoch whose weights count; it is marked.
    public static func curves(of epochs: [EpochMetrics], best: Int? = nil) -> [LineChart] {
        var (kinds, charts) = ([String](), [String: [Series]]())
        var known: Set<String> = []
        for name in epochs.flatMap({ $0.figures.map(\.name) }) where known.insert(name).inserted {
            let (part, kind) = parts(name)
            let points = epochs.map { (x: Double($0.epoch), y: $0[name] ?? .nan) }
            guard points.contains(where: { Scale.isDrawn($0.y) }) else { continue }
            if charts[kind] == nil { kinds.append(kind) }
            charts[kind, default: []].append(Series(part ?? title(kind), points: points))
        }
        return kinds.map { kind in
            LineChart(
                title: title(kind), series: charts[kind] ?? [],
                axis: kind == "loss" || kind == "learning_rate" ? .automatic : .linear,
                isShare: isShare(kind), mark: best.map { (Double($0), "best: epoch \($0)") })
        }
    }

    /// `train_loss` is the loss in training.
    private static func parts(_ name: String) -> (part: String?, kind: String) {
        for (prefix, part) in [("train_", "training"), ("validation_", "validation"), ("test_", "test")]
        where name.hasPrefix(prefix) {
            return (part, String(name.dropFirst(prefix.count)))
        }
        return (nil, name)
    }

    /// Names as they are known; others in words.
    static func title(_ name: String) -> String {
        let known = [
            "uar": "Unweighted average recall", "macro_f1": "Macro F1", "weighted_f1": "Weighted F1",
            "ece": "Expected calibration error", "auc": "Area under the ROC curve", "brier": "Brier score",
            "kappa": "Cohen's kappa", "matthews": "Matthews' correlation",
        ]
        if let title = known[name] { return title }
        let words = name.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private static func isShare(_ kind: String) -> Bool {
        ["accuracy", "uar", "f1", "precision", "recall"].contains { kind == $0 || kind.hasSuffix("_" + $0) }
    }
}
