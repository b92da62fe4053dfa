import Foundation
import Training

/// Logs the timing of every epoch to `timing.jsonl`, separate from the metrics because it differs between equal runs.
///
/// A line such as `{"epoch": 3, "at": 1760000000.5, "seconds": 12.25}` contains the time in seconds since 1970 and the
/// durations. A resumed run rewrites the epochs that it repeats.
public final class TimingLog {
    private let lines: EpochLines
    private let clock: () -> Double

    /// Opens the file in an existing folder; see `EpochLines` for resuming and errors. Lines may be missing.
    public init(
        folder: String, resumingAfter epoch: Int = 0,
        clock: @escaping () -> Double = { Date().timeIntervalSince1970 }
    ) throws {
        lines = try EpochLines(folder + "/timing.jsonl", resumingAfter: epoch, isComplete: false)
        self.clock = clock
    }

    /// Appends the durations of an epoch, none of which may be named "at" or "epoch". Throws a `FileError` if they cannot be
    /// written.
    public func append(epoch: Int, _ times: [(name: String, value: Double)]) throws {
        try lines.append(EpochMetrics(epoch: epoch, values: [("at", clock())] + times))
    }

    /// All lines so far.
    public var epochs: [EpochMetrics] { lines.epochs }
}
