import Autograd
import Foundation
import Reports
import Training

/// Logs the metrics of every epoch to `metrics.jsonl` and `metrics.csv`. They contain no timestamps: equal runs write
/// identical files, however often they were interrupted and resumed.
///
/// The CSV file has one column per metric, in order of first appearance. Missing metrics are empty cells. NaN and infinity are
/// null in JSON and nan in CSV.
public final class MetricsLog {
    private let lines: EpochLines
    private let table: String
    private var columns: [String] = []

    /// Opens both files in an existing folder; see `EpochLines` for resuming and errors.
    ///
    /// Append the metrics of an epoch before saving the checkpoint that follows it.
    ///
    /// - Parameters:
    ///   - epoch: The epoch after which the run resumes; 0 for a new run.
    ///   - digest: The digest of the log at that epoch; nil if it is not known.
    public init(folder: String, resumingAfter epoch: Int = 0, digest: String? = nil) throws {
        lines = try EpochLines(folder + "/metrics.jsonl", resumingAfter: epoch, digest: digest)
        table = folder + "/metrics.csv"
        for metrics in lines.epochs { addColumns(metrics) }
        if lines.epochs.isEmpty { try EpochLines.remove(table) } else { try rewrite() }
    }

    /// The metrics of all epochs so far.
    public var epochs: [EpochMetrics] { lines.epochs }

    /// The digest of all epochs so far, with which a resumed run recognizes a changed log.
    public var digest: String { lines.digest }

    /// Appends an epoch, which must follow those in the files, and waits until it is on disk. Throws a `FileError` if it cannot
    /// be written.
    public func append(_ metrics: EpochMetrics) throws {
        try lines.append(metrics)
        if addColumns(metrics) {
            try rewrite()
        } else {
            try AppendedFile.append(Array(row(metrics).utf8), to: table, lasting: false)
        }
    }

    /// Adds columns for new metrics and returns whether there were any.
    @discardableResult
    private func addColumns(_ metrics: EpochMetrics) -> Bool {
        let known = Set(columns)
        let new = metrics.values.map(\.name).filter { !known.contains($0) }
        columns += new
        return !new.isEmpty || lines.epochs.count == 1
    }

    private func rewrite() throws {
        let header = (["epoch"] + columns).map(CSV.cell).joined(separator: ",") + "\n"
        try AtomicFile.write(Array((header + epochs.map(row).joined()).utf8), to: table)
    }

    private func row(_ metrics: EpochMetrics) -> String {
        let values = Dictionary(metrics.values.map { ($0.name, $0.value) }) { first, _ in first }
        let cells = columns.map { name in values[name].map { $0.isFinite ? "\($0)" : "nan" } ?? "" }
        return (["\(metrics.epoch)"] + cells).joined(separator: ",") + "\n"
    }
}
