import Metrics

extension Metric {
    /// The lowest recall of a class. It is low if a model neglects one class, which the mean over the classes can hide.
    public static let worstRecall = Metric(
        "worst_recall", summary: "Lowest recall of a class.", isProportion: true
    ) { predictions in
        guard let matrix = try? predictions.confusion() else { return .nan }
        // Resampling may leave a class without examples.
        return zip(matrix.recalls, matrix.supports).filter { $0.1 > 0 }.map(\.0).min() ?? .nan
    }
}
