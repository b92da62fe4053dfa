import Metrics
import Reports
import SpeechEmotion

/// A metric of models by the corpora that they were trained and tested on, averaged over seeds.
public struct CorpusMatrix {
    /// The folds, each with its training corpora: `without RAVDESS` or `on RAVDESS`.
    public private(set) var rows: [String] = []
    /// The test corpora.
    public private(set) var columns: [String] = []
    /// The metric of each fold on each corpus; NaN for a corpus that a fold does not test.
    public private(set) var values: [[Double]] = []
    private let metric: Metric

    /// The matrix of a cross-validation with the split `leave_one_corpus_out`; nil for other splits, or where predictions are missing.
    ///
    /// - Parameter metric: The name of the metric.
    public init?(_ set: RunSet, metric name: String) {
        guard set.experiment.split.value is LeaveOneCorpusOutSplit, let metric = Metric(rawValue: name) else {
            return nil
        }
        self.metric = metric
        let known = set.records.compactMap { record in
            (try? record.columns).flatMap { columns in
                (columns?.columns.first { $0.name == "corpus" }?.values).map { (record, $0) }
            }
        }
        guard known.count == set.records.count, !known.isEmpty else { return nil }
        columns = Set(known.flatMap { $1.values }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let folds = Dictionary(grouping: known, by: { $0.0.experiment.fold })
        for fold in folds.keys.sorted() {
            let runs = folds[fold] ?? []
            rows.append(runs.first?.0.split?.name ?? "fold \(fold)")
            values.append(
                columns.map { corpus in
                    let found = runs.compactMap { record, corpora -> Double? in
                        guard let all = record.predictions else { return nil }
                        let own = all.selecting(all.ids.indices.filter { corpora[all.ids[$0]] == corpus })
                        return own.ids.isEmpty ? nil : try? metric.value(of: own)
                    }
                    return found.isEmpty ? .nan : found.reduce(0, +) / Double(found.count)
                })
        }
    }

    /// The matrix as a table.
    public var table: ValueTable {
        ValueTable(
            title: "Corpora: \(metric.name)", columns: ["training"] + columns,
            rows: zip(rows, values).map { name, row in
                [.text(name)] + row.map { .value($0, isProportion: metric.isProportion) }
            },
            note:
                "Rows: the corpora that a model was trained on. Columns: the corpus of the test clips. Averaged over seeds."
        )
    }

    /// The matrix as a picture.
    public var plot: MatrixPlot {
        MatrixPlot(
            title: "\(metric.name) by training and test corpus", axes: ("training", "test corpus"),
            rows: rows, columns: columns, values: values, isProportion: metric.isProportion)
    }
}
