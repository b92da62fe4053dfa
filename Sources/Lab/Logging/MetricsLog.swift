import Autograd
import Foundation
import Reports
import Training

/// The figures of a run by epoch, as `metrics.jsonl` for programs and `metrics.csv` for tables. No clock is in them: equal
/// runs write equal bytes, however often they were stopped and resumed.
///
/// The CSV file has a column for each figure, in the order of their first appearance; mostly the first epoch has them all.
/// A figure that an epoch does not have is an empty cell. What is no finite number is null in JSON and nan in CSV.
public final class MetricsLog {
    private let lines: EpochLines
    private let table: String
    private var columns: [String] = []

    /// Opens both files in a folder that exists. See `EpochLines` for what is kept and thrown.
    ///
    /// Write an epoch's figures before the checkpoint that a run may resume from, so that they are there when it does.
    ///
    /// - Parameter epoch: The last epoch to keep when a run is resumed; 0 for a new run.
    public init(folder: String, resumingAfter epoch: Int = 0) throws {
        lines = try EpochLines(folder + "/metrics.jsonl", resumingAfter: epoch)
        table = folder + "/metrics.csv"
        for metrics in lines.epochs { addColumns(metrics) }
        if lines.epochs.isEmpty { try EpochLines.remove(table) } else { try rewrite() }
    }

    /// All epochs so far.
    public var epochs: [EpochMetrics] { lines.epochs }

    /// Adds an epoch, which has to follow those in the files; on the disk when this returns. Throws a `FileError` where
    /// the disk does not take it.
    public func append(_ metrics: EpochMetrics) throws {
        try lines.append(metrics)
        if addColumns(metrics) {
            try rewrite()
        } else {
            try AppendedFile.append(Array(row(metrics).utf8), to: table, lasting: false)
        }
    }

    /// Whether there are new ones.
    @discardableResult
    private func addColumns(_ metrics: EpochMetrics) -> Bool {
        let known = Set(columns)
        let new = metrics.figures.map(\.name).filter { !known.contains($0) }
        columns += new
        return !new.isEmpty || lines.epochs.count == 1
    }

    private func rewrite() throws {
        let header = (["epoch"] + columns).map(CSV.cell).joined(separator: ",") + "\n"
        try AtomicFile.write(Array((header + epochs.map(row).joined()).utf8), to: table)
    }

    private func row(_ metrics: EpochMetrics) -> String {
        let values = Dictionary(metrics.figures.map { ($0.name, $0.value) }) { first, _ in first }
        let cells = columns.map { name in values[name].map { $0.isFinite ? "\($0)" : "nan" } ?? "" }
        return (["\(metrics.epoch)"] + cells).joined(separator: ",") + "\n"
    }
}
