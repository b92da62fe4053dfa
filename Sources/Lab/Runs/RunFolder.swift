import Autograd
import Configuration
import Foundation
import Training

/// The folder of a run: `runs/NAME`, with everything that it needs to be read, repeated or gone on with.
public final class RunFolder {
    /// As it was given; its last part is the run's name.
    public let path: String
    private let lock: RunLock

    /// What a folder holds before a run begins in it.
    public enum Content: Equatable, Sendable {
        /// Nothing of a run.
        case empty
        /// A run that has not ended.
        case unfinished
        /// A run that has ended.
        case finished
    }

    /// Makes or opens a folder and takes its lock. Throws a `FileError` where it cannot be written to or another process has it.
    public init(_ path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw FileError(
                file: path, place: "making the folder", found: "\"\(Self.reason(error))\"",
                allowed: "a place that can be written to; give another with --runs FOLDER")
        }
        lock = try RunLock(folder: path)
        for folder in [path, states.folder, file(RunFile.plots)] { AtomicFile.removeUnfinished(in: folder) }
    }

    /// Whether a run may be called so.
    public static func isName(_ name: String) -> Bool {
        !["", ".", ".."].contains(name) && name.utf8.count <= 200
            && name.unicodeScalars.allSatisfy { $0 != "/" && $0.properties.generalCategory != .control }
    }

    /// Takes the folder away where no run has begun in it.
    func removeIfEmpty() {
        guard Self.content(of: path) == .empty else { return }
        unlink(file(RunLock.name))
        rmdir(path)
    }

    /// What a folder holds, without opening it.
    public static func content(of path: String) -> Content {
        let files = FileManager.default
        guard files.fileExists(atPath: path + "/" + RunFile.config) else { return .empty }
        return files.fileExists(atPath: path + "/" + RunFile.result) ? .finished : .unfinished
    }

    /// A file of the run.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file as a whole: complete, or as it was before.
    public func write(_ text: String, to name: String) throws {
        let path = file(name)
        let folder = (path as NSString).deletingLastPathComponent
        if !FileManager.default.fileExists(atPath: folder) {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try AtomicFile.write(Array(text.utf8), to: path)
    }

    /// Writes the resolved config of a run that begins, or checks it against that of the run to go on with. Throws a
    /// `FileError` that names what differs.
    func keepConfig(_ experiment: Experiment) throws {
        let path = file(RunFile.config)
        if FileManager.default.fileExists(atPath: path) {
            let there = try Experiment.decode(JSONValue.load(path))
            let differences = ConfigDifference.all(among: [there, experiment])
            guard differences.isEmpty else {
                let shown = differences.prefix(5).map { difference in
                    let values = difference.values.map { $0.map { String($0.line.prefix(60)) } ?? "nothing" }
                    return "\(difference.path) is \(values[0]) there and \(values[1]) here"
                }
                throw FileError(
                    file: path, place: "the config of the run to go on with",
                    found: shown.joined(separator: "; "),
                    allowed:
                        "the same config and --set as at the start; for a changed one give another --name")
            }
        }
        try write(experiment.resolved.json + "\n", to: RunFile.config)
    }

    var states: StateStore { StateStore(folder: file("state")) }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let code = underlying?.code else { return "\(error.localizedDescription)" }
        return String(cString: strerror(Int32(code)))
    }
}
