import Autograd
import Foundation
import ONNXExport
import Training

/// Writes metrics for TensorBoard: a file `events.out.tfevents.*` of scalars, with the epoch as the step.
///
/// TensorBoard reads the files of a folder in the order of their names and never returns to an earlier one. Each start of a
/// run therefore creates a new file with the last name. It begins with a session marker that discards later steps of earlier
/// files, so that epochs repeated by a resumed run are not shown twice.
public final class EventFile {
    /// The path of the file.
    public let path: String
    private let clock: () -> Double

    /// Creates a file in an existing folder. Throws a `FileError` if it cannot be written.
    ///
    /// - Parameter epoch: The epoch after which the run resumes; 0 for a new run.
    /// - Parameter clock: Returns the seconds since 1970, for TensorBoard's time axis.
    public init(
        folder: String, resumingAfter epoch: Int = 0,
        clock: @escaping () -> Double = { Date().timeIntervalSince1970 }
    ) throws(FileError) {
        self.clock = clock
        let now = clock()
        var version = ProtobufWriter()
        version.double(Event.wallTime, now)
        version.text(Event.fileVersion, "brain.Event:2")
        var start = ProtobufWriter()
        start.double(Event.wallTime, now)
        start.integer(Event.step, epoch + 1)
        start.message(Event.sessionLog) { $0.integer(1, 1) }
        path = Self.newPath(in: folder, now)
        let records = TFRecord.framed(version.bytes) + TFRecord.framed(start.bytes)
        try AppendedFile.append(records, to: path, lasting: false, isNew: true)
    }

    /// Appends the metrics of an epoch. Throws a `FileError` if they cannot be written.
    ///
    /// TensorBoard groups by the prefix before a slash: `train_loss` and `validation_loss` are written as `loss/train` and
    /// `loss/validation`, so that they appear together.
    public func append(_ metrics: EpochMetrics) throws(FileError) {
        var event = ProtobufWriter()
        event.double(Event.wallTime, clock())
        event.integer(Event.step, metrics.epoch)
        event.message(Event.summary) { summary in
            for (name, value) in metrics.values {
                summary.message(1) {
                    $0.text(1, Self.tag(name))
                    $0.float(2, Float(value))
                }
            }
        }
        try AppendedFile.append(TFRecord.framed(event.bytes), to: path, lasting: false)
    }

    private static func tag(_ name: String) -> String {
        for part in ["train", "validation", "test"] where name.hasPrefix(part + "_") {
            return name.dropFirst(part.count + 1) + "/" + part
        }
        return name
    }

    /// The field numbers of `tensorflow.Event`.
    private enum Event {
        static let wallTime = 1
        static let step = 2
        static let fileVersion = 3
        static let summary = 5
        static let sessionLog = 7
    }

    /// Returns a name that sorts after all existing files: names contain ten-digit seconds, increased if the clock is behind.
    private static func newPath(in folder: String, _ now: Double) -> String {
        let prefix = "events.out.tfevents."
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let latest = files.compactMap { name -> Int? in
            let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
            return name.hasPrefix(prefix) && digits.utf8.count == 10 ? Int(digits) : nil
        }.max()
        let time = now.isFinite ? Int(min(max(now, 0), 9_999_999_998)) : 0
        let digits = String(max(time, (latest ?? -1) + 1))
        let zeros = String(repeating: "0", count: max(0, 10 - digits.count))
        return "\(folder)/\(prefix)\(zeros)\(digits).prosody"
    }
}
