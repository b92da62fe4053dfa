import Autograd
import Configuration
import Foundation
import Training

/// The folder of a run, such as `runs/NAME`, with everything needed to inspect, resume or reproduce it.
public final class RunFolder {
    /// The path as given; its last component is the run's name.
    public let path: String
    private let lock: RunLock

    /// The state of a folder.
    public enum Content: Equatable, Sendable {
        /// No run.
        case empty
        /// An unfinished run.
        case unfinished
        /// A finished run.
        case finished
    }

    /// Creates or opens a folder and locks it. Throws a `FileError` if it cannot be written, and `FolderInUse` if another process
    /// has locked it.
    public init(_ path: String) throws {
        self.path = path
        try FileError.makeFolder(path, allowed: "a writable location; choose another with --runs FOLDER")
        lock = try RunLock(folder: path)
        for folder in [path, states.folder, file(RunFile.plots)] { AtomicFile.removeUnfinished(in: folder) }
    }

    /// Removes the folder if no run has been started in it.
    func removeIfEmpty() {
        guard Self.content(of: path) == .empty else { return }
        unlink(file(RunLock.name))
        rmdir(path)
    }

    /// Returns the state of a folder without locking it.
    public static func content(of path: String) -> Content {
        let files = FileManager.default
        guard files.fileExists(atPath: path + "/" + RunFile.config) else { return .empty }
        return files.fileExists(atPath: path + "/" + RunFile.result) ? .finished : .unfinished
    }

    /// The path of a file of the run.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file atomically.
    public func write(_ text: String, to name: String) throws {
        let path = file(name)
        let folder = (path as NSString).deletingLastPathComponent
        if !FileManager.default.fileExists(atPath: folder) {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try AtomicFile.write(Array(text.utf8), to: path)
    }

    /// Writes the resolved config of a new run, or checks it against that of the run to resume. Throws a `FileError` that lists
    /// the differences.
    func keepConfig(_ experiment: Experiment) throws {
        let path = file(RunFile.config)
        if FileManager.default.fileExists(atPath: path) {
            let there = try Experiment.decode(JSONValue.load(path))
            try experiment.initialize?.checkUnchanged(since: there.initialize)
            let differences = ConfigDifference.all(among: [there, experiment])
            guard differences.isEmpty else {
                let shown = differences.prefix(5).map { difference in
                    let values = difference.values.map { $0.map { String($0.line.prefix(60)) } ?? "nothing" }
                    return "\(difference.path) is \(values[1]), but was \(values[0])"
                }
                throw FileError(
                    file: path, place: "the config of the run to resume",
                    found: shown.joined(separator: "; "),
                    allowed:
                        "the config and --set options that the run was started with; to change them, start a new run with another --name"
                )
            }
        }
        try write(experiment.resolved.json + "\n", to: RunFile.config)
    }

    var states: StateStore { StateStore(folder: file("state")) }
}
