import Foundation
import Metrics

extension RunRecord {
    /// The columns of the evaluated clips; nil for a run without `evaluation.groups`.
    var columns: ClipColumns? {
        get throws {
            guard FileManager.default.fileExists(atPath: file(RunFile.columns)) else { return nil }
            return try ClipColumns(contentsOf: file(RunFile.columns))
        }
    }
}

extension Predictions {
    /// The metrics by group.
    func groupMetrics(
        _ columns: ClipColumns, _ options: EvaluationOptions, speakerIndependent: Bool?
    ) -> GroupMetrics {
        GroupMetrics(
            [self], columns: columns.columns, metrics: options.metrics,
            unit: unit(speakerIndependent: speakerIndependent), level: options.confidenceLevel)
    }
}
