import Autograd
import Foundation
import ONNXExport
import Training

/// Writes figures for TensorBoard: a file `events.out.tfevents.*` of scalars, whose step is the epoch.
///
/// TensorBoard reads the files of a folder in the order of their names and never looks at an earlier one again. So every
/// start of a run has a file of its own whose name comes last, and that begins with a mark from which step on earlier files
/// no longer count: epochs that a resumed run repeats are not shown twice.
public final class EventFile {
    /// The path of the file.
    public let path: String
    private let clock: () -> Double

    /// Creates a file in a folder that exists. Throws a `FileError` where it cannot be written.
    ///
    /// - Parameter epoch: The epoch after which a run is resumed; 0 for a new run.
    /// - Parameter clock: Seconds since 1970; TensorBoard's axes of time come from it.
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

    /// Adds the figures of an epoch, as floats. Throws a `FileError` where the disk does not take them.
    ///
    /// TensorBoard groups by what stands before a slash, and what is compared belongs side by side: `train_loss` and
    /// `validation_loss` are written as `loss/train` and `loss/validation`.
    public func append(_ metrics: EpochMetrics) throws(FileError) {
        var event = ProtobufWriter()
        event.double(Event.wallTime, clock())
        event.integer(Event.step, metrics.epoch)
        event.message(Event.summary) { summary in
            for (name, value) in metrics.figures {
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

    /// The numbers of the fields of `tensorflow.Event`.
    private enum Event {
        static let wallTime = 1
        static let step = 2
        static let fileVersion = 3
        static let summary = 5
        static let sessionLog = 7
    }

    /// Names sort by their seconds, which have ten digits: later than every file that is there, whatever the clock says.
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
