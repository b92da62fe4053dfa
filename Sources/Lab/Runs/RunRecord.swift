import Autograd
import Configuration
import Foundation
import Metrics
import SpeechEmotion
import Training

/// A run as read from its folder.
public struct RunRecord: Sendable {
    /// The folder, without a trailing slash.
    public let path: String
    /// The resolved config of the run, as it was started.
    public let experiment: Experiment
    /// The experiment that the model was trained with: after a search, with the best values. Everything that uses the model or
    /// its features must use this one. As long as a search has not ended, it is `experiment`.
    public let trainedExperiment: Experiment
    /// The metrics of every epoch so far.
    public let epochs: [EpochMetrics]
    /// The split; nil if the file is missing.
    public let split: Split?
    /// The folds that the data lacked.
    public let missingFolds: [Split]
    /// The fingerprint of the clips of the corpus; nil if the split is missing.
    public let dataFingerprint: String?
    /// The result on the evaluated subset; nil if the run is unfinished.
    public let result: RunResult?
    /// The predictions for the evaluated subset; nil if the run is unfinished.
    public let predictions: Predictions?
    /// The leakage audit of the split; nil if the file is missing.
    public let audit: AuditReport?
    /// The machine and software of the run (see `RunEnvironment`); nil if the file is missing.
    public let environment: JSONValue?

    /// Reads a run folder. Throws a `FileError` if there is no run or a file is damaged.
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
        let splitFile = try file(RunFile.split).map { try SplitFile.read($0) }
        split = splitFile?.splits.first
        missingFolds = splitFile?.splits.dropFirst().filter(\.isMissing) ?? []
        dataFingerprint = splitFile?.fingerprint
        result = try file(RunFile.result).map { try RunResult.decode(JSONValue.load($0)) }
        let checksums = result == nil ? nil : try RunChecksums(folder: path)
        do {
            if let result {
                trainedExperiment = try experiment.applying(result.search)
            } else {
                trainedExperiment = experiment
            }
        } catch {
            throw FileError(
                file: path + "/" + RunFile.result, place: "search",
                found: "\(error)", allowed: "values that the config of the run can have; restore the file")
        }
        let decisions = try RunDecisions.read(path)
        predictions = try file(RunFile.predictions).map { [experiment] file in
            var found = try Predictions(contentsOf: file, of: experiment)
            found.apply(decisions)
            return found
        }
        audit = try file(RunFile.audit).map { try AuditReport.decode(JSONValue.load($0)) }
        environment = try file(RunFile.environment).map { try JSONValue.load($0) }
        epochs = try file(RunFile.metrics).map { try EpochLines.read($0) } ?? []
        try checksums?.check([
            RunFile.config, RunFile.split, RunFile.result, RunFile.predictions, RunFile.audit,
            RunFile.metrics,
        ])
        if let result, let metrics = file(RunFile.metrics),
            epochs.map(\.epoch) != Array(1...max(result.epochs, 1))
        {
            throw FileError(
                file: metrics, place: "epochs", found: "\(epochs.count) lines",
                allowed:
                    "\(result.epochs) lines, one per epoch as in \(RunFile.result); the file is damaged"
            )
        }
    }

    /// A message that lists the missing files of a finished run; nil if it is complete.
    public var gap: String? {
        guard result != nil else { return nil }
        let names =
            experiment.repeatableFiles + [RunFile.environment]
            + (experiment.evaluation.subset == .test ? [RunFile.testReads] : [])
        let missing = names.filter { !FileManager.default.fileExists(atPath: file($0)) }
        return missing.isEmpty ? nil : "\(path): missing \(missing.joined(separator: ", "))"
    }

    /// The name of the folder.
    public var name: String { (path as NSString).lastPathComponent }

    /// The path of a file of the run.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Logs another access to the test set.
    public func noteTestRead(_ purpose: String) throws {
        try TestReads(file: file(RunFile.testReads)).note(purpose, clips: split?.test.count ?? 0)
    }

    /// Returns the result. Throws a `FileError` if the run is unfinished.
    public func requireEnd() throws -> RunResult {
        guard let result else {
            throw FileError(
                file: path, place: RunFile.result, found: "an unfinished run",
                allowed: "a finished run; finish it with: Train run --resume, with its config and name")
        }
        return result
    }
}
