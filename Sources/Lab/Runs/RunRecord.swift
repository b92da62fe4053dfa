import Autograd
import Configuration
import Foundation
import Metrics
import SpeechEmotion
import Training

/// A run as its folder tells of it.
public struct RunRecord: Sendable {
    /// The folder, without a slash at its end.
    public let path: String
    /// The resolved config that the run was made with.
    public let experiment: Experiment
    /// The figures of every epoch so far.
    public let epochs: [EpochMetrics]
    /// The split; nil where the file is not there.
    public let split: Split?
    /// What was found on the measured part; nil while the run has not ended.
    public let result: RunResult?
    /// What the model says of the clips of the measured part; nil while the run has not ended.
    public let predictions: Predictions?
    /// What the auditor said of the split; nil where the file is not there.
    public let audit: JSONValue?
    /// The machine and program of the run, see `RunEnvironment`; nil where the file is not there.
    public let environment: JSONValue?

    /// Reads a folder. Throws a `FileError` where there is no run, and what is wrong with a file that is damaged.
    public init(_ path: String) throws {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        func file(_ name: String) -> String? {
            let file = path + "/" + name
            return FileManager.default.fileExists(atPath: file) ? file : nil
        }
        guard let config = file(RunFile.config) else {
            throw FileError(
                file: path, place: RunFile.config,
                found: FileManager.default.fileExists(atPath: path) ? "no such file" : "no such folder",
                allowed: "the folder of a run, such as runs/quickstart")
        }
        experiment = try Experiment.decode(JSONValue.load(config))
        split = try file(RunFile.split).flatMap { try SplitFile.read($0).splits.first }
        result = try file(RunFile.result).map { try RunResult.decode(JSONValue.load($0)) }
        predictions = try file(RunFile.predictions).map { try Predictions(contentsOf: $0) }
        audit = try file(RunFile.audit).map { try JSONValue.load($0) }
        environment = try file(RunFile.environment).map { try JSONValue.load($0) }
        epochs = try file(RunFile.metrics).map { try EpochLines.read($0) } ?? []
        if let result, let metrics = file(RunFile.metrics),
            epochs.map(\.epoch) != Array(1...max(result.epochs, 1))
        {
            throw FileError(
                file: metrics, place: "its epochs", found: "\(epochs.count) lines",
                allowed:
                    "a line for each of the \(result.epochs) epochs that \(RunFile.result) names; the file is damaged"
            )
        }
    }

    /// What lacks of a run that has ended, in words; nil where nothing does.
    public var gap: String? {
        guard result != nil else { return nil }
        let names =
            RunFile.repeatable + [RunFile.environment]
            + (experiment.evaluation.part == .test ? [RunFile.testReads] : [])
        let missing = names.filter { !FileManager.default.fileExists(atPath: file($0)) }
        return missing.isEmpty ? nil : "\(path) lacks \(missing.joined(separator: ", "))"
    }

    /// The name of the folder.
    public var name: String { (path as NSString).lastPathComponent }

    /// The path of a file of the run.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Notes in the run that its test data are read once more.
    public func noteTestRead(_ purpose: String) throws {
        try TestReads(file: file(RunFile.testReads)).note(purpose, clips: split?.test.count ?? 0)
    }

    /// Throws a `FileError` where the run has not ended.
    public func requireEnd() throws -> RunResult {
        guard let result else {
            throw FileError(
                file: path, place: RunFile.result, found: "a run that has not ended",
                allowed: "one that has; go on with: Train run --resume, with its config and name")
        }
        return result
    }
}
