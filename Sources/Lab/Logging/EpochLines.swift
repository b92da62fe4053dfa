import Autograd
import Configuration
import Foundation
import Training

/// A file of JSON lines, one per epoch: `{"epoch": 3, "train_loss": 0.25, "validation_accuracy": null}`.
///
/// Values survive a round trip exactly, except that NaN and infinity, which JSON lacks, are written as null and read as NaN.
public final class EpochLines {
    /// The path of the file.
    public let file: String
    /// The epochs in the file.
    public private(set) var epochs: [EpochMetrics]

    /// Opens a file to append epochs. Later epochs and an incomplete last line are removed by replacing the file atomically.
    ///
    /// Throws a `FileError` if the file cannot be read or written, if an earlier line is invalid, or if `epoch` is missing.
    ///
    /// - Parameter epoch: The last epoch to keep; 0 starts an empty log.
    /// - Parameter isComplete: Whether the file must contain that epoch.
    /// - Parameter digest: The `digest` of the epochs to keep; nil if it is not known.
    public init(
        _ file: String, resumingAfter epoch: Int, isComplete: Bool = true, digest: String? = nil
    ) throws {
        self.file = file
        guard epoch > 0, isComplete || FileManager.default.fileExists(atPath: file) else {
            epochs = []
            try Self.remove(file)
            return
        }
        let bytes = try Self.bytes(of: file)
        let (kept, length) = try Self.read(bytes, upTo: epoch, file: file)
        guard kept.last?.epoch == epoch || !isComplete else {
            throw FileError(
                file: file, place: "end of file", found: "no epoch \(epoch)",
                allowed: "one line per epoch up to \(epoch), from which the run resumes; "
                    + "restore the file, or start a new run")
        }
        epochs = kept
        guard digest == nil || digest == self.digest else {
            throw FileError(
                file: file, place: "epochs up to \(epoch)",
                found: "values that differ from those logged at the last checkpoint of the run",
                allowed: "the unchanged file; restore it, or start a new run under another name")
        }
        if length < bytes.count { try AtomicFile.write(Array(bytes[..<length]), to: file) }
    }

    /// Appends an epoch, which must follow those in the file, and waits until it is on disk. Throws a `FileError` if it cannot be
    /// written; the file is then unchanged.
    public func append(_ metrics: EpochMetrics) throws(FileError) {
        let last = epochs.last?.epoch ?? 0
        require(metrics.epoch > last, "EpochLines: expected an epoch after \(last), found \(metrics.epoch)")
        let names = metrics.values.map(\.name)
        require(
            Set(names + ["epoch"]).count == names.count + 1,
            "EpochLines: expected unique names other than \"epoch\", found \(names)")
        try AppendedFile.append(Array((Self.line(metrics) + "\n").utf8), to: file, lasting: true)
        epochs.append(Self.written(metrics))
    }

    /// The metrics as they are read back from the file.
    private static func written(_ metrics: EpochMetrics) -> EpochMetrics {
        let values = metrics.values.map { (name: $0.name, value: $0.value.isFinite ? $0.value : .nan) }
        return EpochMetrics(epoch: metrics.epoch, values: values)
    }

    /// The digest of all epochs so far.
    var digest: String { SHA256.hex(of: epochs.map { Self.line($0) + "\n" }.joined()) }

    private static func line(_ metrics: EpochMetrics) -> String {
        let values = metrics.values.map { JSONMember($0.name, JSONValue(.number($0.value))) }
        return JSONValue(.object([JSONMember("epoch", JSONValue(.integer(metrics.epoch)))] + values)).line
    }

    /// Reads the complete epochs of a file without changing it. Throws a `FileError` if it cannot be read.
    public static func read(_ file: String) throws -> [EpochMetrics] {
        try read(bytes(of: file), upTo: .max, file: file).epochs
    }

    static func remove(_ file: String) throws(FileError) {
        guard unlink(file) == 0 || errno == ENOENT else {
            throw FileError.system(file, "removing the old file", allowed: "a file that can be removed")
        }
    }

    private static func bytes(of file: String) throws(FileError) -> [UInt8] {
        do {
            return try JSONValue.bytes(of: file)
        } catch {
            throw FileError(
                file: file, place: "reading", found: "\"\(error.reason)\"",
                allowed: "the log of the run to resume; restore it, or start a new run")
        }
    }

    /// Reads the epochs up to a given one, and the number of bytes of their lines. The rest, which may be damaged, is ignored.
    private static func read(
        _ bytes: [UInt8], upTo epoch: Int, file: String
    ) throws(FileError) -> (epochs: [EpochMetrics], length: Int) {
        var (epochs, start) = ([EpochMetrics](), 0)
        while epochs.last?.epoch != epoch, let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let place = "line \(epochs.count + 1)"
            let metrics = try metrics(Array(bytes[start..<end]), file: file, place: place)
            if metrics.epoch > epoch { break }
            let last = epochs.last?.epoch ?? 0
            guard metrics.epoch > last else {
                throw FileError(
                    file: file, place: place, found: "epoch \(metrics.epoch)",
                    allowed: "an epoch after \(last)")
            }
            epochs.append(metrics)
            start = end + 1
        }
        return (epochs, start)
    }

    private static func metrics(
        _ bytes: [UInt8], file: String, place: String
    ) throws(FileError) -> EpochMetrics {
        func problem(_ found: String) -> FileError {
            FileError(
                file: file, place: place, found: found,
                allowed: #"an epoch with its metrics, such as {"epoch": 1, "train_loss": 0.5}"#)
        }
        let line: JSONValue
        do throws(ConfigurationError) {
            line = try JSONValue.parse(bytes, source: file)
        } catch {
            throw problem(error.problems.first?.message ?? "invalid JSON")
        }
        guard let members = line.members, members.first?.key == "epoch",
            let epoch = members.first?.value.integer
        else { throw problem("a line that does not begin with \"epoch\"") }
        var values: [(name: String, value: Double)] = []
        for member in members.dropFirst() {
            guard let value = member.value.isNull ? .nan : member.value.double else {
                throw problem("\(JSONValue.quoted(member.key)) that is not a number")
            }
            values.append((member.key, value))
        }
        return EpochMetrics(epoch: epoch, values: values)
    }
}
