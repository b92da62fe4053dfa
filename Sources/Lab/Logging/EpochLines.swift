import Autograd
import Configuration
import Foundation
import Training

/// A file of JSON lines, one an epoch: `{"epoch": 3, "train_loss": 0.25, "validation_accuracy": null}`.
///
/// A number reads back to the same bits. JSON has no word for nan and infinity: both are written as null, and read as nan.
public final class EpochLines {
    /// The path of the file.
    public let file: String
    /// What the file holds.
    public private(set) var epochs: [EpochMetrics]

    /// Opens a file for the epochs that follow. Later epochs, and a line that was cut off, are removed from it: the file
    /// is replaced as a whole, so that no reader ever finds a part of it.
    ///
    /// Throws a `FileError` where it cannot be read or written, or where an earlier line is no epoch or `epoch` is missing.
    ///
    /// - Parameter epoch: The last one to keep; 0 begins an empty log.
    /// - Parameter isComplete: Whether the file has to hold that epoch. A log that nothing depends on may lack it.
    public init(_ file: String, resumingAfter epoch: Int, isComplete: Bool = true) throws {
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
                file: file, place: "its end", found: "no epoch \(epoch)",
                allowed: "a line for each of the epochs up to \(epoch), after which the run goes on; "
                    + "put the file back as it was, or begin the run anew")
        }
        epochs = kept
        if length < bytes.count { try AtomicFile.write(Array(bytes[..<length]), to: file) }
    }

    /// Adds an epoch, which has to follow those in the file; on the disk when this returns. Throws a `FileError` where the
    /// disk does not take it; the file is then as before.
    public func append(_ metrics: EpochMetrics) throws(FileError) {
        let last = epochs.last?.epoch ?? 0
        require(metrics.epoch > last, "EpochLines: found epoch \(metrics.epoch), wanted one after \(last)")
        let names = metrics.figures.map(\.name)
        require(
            Set(names + ["epoch"]).count == names.count + 1,
            "EpochLines: found the figures \(names), wanted different names, none of them \"epoch\"")
        try AppendedFile.append(Array((Self.line(metrics) + "\n").utf8), to: file, lasting: true)
        epochs.append(Self.written(metrics))
    }

    /// The figures as they read back from the file.
    private static func written(_ metrics: EpochMetrics) -> EpochMetrics {
        let figures = metrics.figures.map { (name: $0.name, value: $0.value.isFinite ? $0.value : .nan) }
        return EpochMetrics(epoch: metrics.epoch, figures: figures)
    }

    private static func line(_ metrics: EpochMetrics) -> String {
        let figures = metrics.figures.map { JSONMember($0.name, JSONValue(.number($0.value))) }
        return JSONValue(.object([JSONMember("epoch", JSONValue(.integer(metrics.epoch)))] + figures)).line
    }

    /// The epochs of a file, as far as they are whole; the file stays as it is. Throws a `FileError` where it cannot be read.
    public static func read(_ file: String) throws -> [EpochMetrics] {
        try read(bytes(of: file), upTo: .max, file: file).epochs
    }

    static func remove(_ file: String) throws(FileError) {
        guard unlink(file) == 0 || errno == ENOENT else {
            throw FileError.system(file, "removing what is there", allowed: "a file that may be removed")
        }
    }

    private static func bytes(of file: String) throws(FileError) -> [UInt8] {
        do throws(JSONValue.ReadFailure) {
            return try JSONValue.bytes(of: file)
        } catch {
            throw FileError(
                file: file, place: "reading", found: "\"\(error.reason)\"",
                allowed: "the log of the run that is to go on; put it back, or begin the run anew")
        }
    }

    /// The epochs up to one, and how many bytes their lines take. What follows is not looked at: it may be damaged.
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
                allowed: #"an epoch and its numbers, such as {"epoch": 1, "train_loss": 0.5}"#)
        }
        let line: JSONValue
        do throws(ConfigurationError) {
            line = try JSONValue.parse(bytes, source: file)
        } catch {
            throw problem(error.problems.first?.message ?? "no JSON")
        }
        guard let members = line.members, members.first?.key == "epoch",
            let epoch = members.first?.value.integer
        else { throw problem("no epoch at the beginning") }
        var figures: [(name: String, value: Double)] = []
        for member in members.dropFirst() {
            guard let value = member.value.isNull ? .nan : member.value.double else {
                throw problem("\(JSONValue.quoted(member.key)) that is no number")
            }
            figures.append((member.key, value))
        }
        return EpochMetrics(epoch: epoch, figures: figures)
    }
}
