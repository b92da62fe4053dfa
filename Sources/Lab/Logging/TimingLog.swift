import Foundation
import Training

/// How long things took, epoch by epoch, in `timing.jsonl`: apart from the metrics, as no two runs take equally long.
///
/// A line is `{"epoch": 3, "at": 1760000000.5, "seconds": 12.25}`: when it was written, in seconds since 1970, and how
/// long what took. A resumed run writes the epochs that it repeats anew.
public final class TimingLog {
    private let lines: EpochLines
    private let clock: () -> Double

    /// Opens the file in a folder that exists. See `EpochLines` for what is kept and thrown; missing lines do no harm.
    public init(
        folder: String, resumingAfter epoch: Int = 0,
        clock: @escaping () -> Double = { Date().timeIntervalSince1970 }
    ) throws {
        lines = try EpochLines(folder + "/timing.jsonl", resumingAfter: epoch, isComplete: false)
        self.clock = clock
    }

    /// Adds the times of an epoch; none may be named "at" or "epoch". Throws a `FileError` where the
    /// disk does not take it.
    public func append(epoch: Int, _ times: [(name: String, value: Double)]) throws {
        try lines.append(EpochMetrics(epoch: epoch, figures: [("at", clock())] + times))
    }

    /// All lines so far: `at` and the times.
    public var epochs: [EpochMetrics] { lines.epochs }
}
