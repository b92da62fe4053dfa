import Reports
import Autograd
import Configuration
import Foundation

/// What a path names where a command takes runs: one run, or the runs of one member of an ablation, such as a cross-validation.
public struct RunSet: Sendable {
    /// What it is called: the run's folder, or the ablation's folder and the member.
    public let name: String
    /// The path that names it.
    public let path: String
    /// The runs that have ended, at least one.
    public let records: [RunRecord]
    /// How many runs have not ended.
    public let unfinished: Int

    /// The config of the first run.
    public var experiment: Experiment { records[0].experiment }
    /// Whether there are several runs.
    public var isGroup: Bool { records.count + unfinished > 1 }
    /// The runs as one result.
    public func group() throws -> RunGroup { RunGroup(name, try records.map { try RunGroup.Member($0) }) }

    /// The config without the seed and the fold of a single run, for sets of several.
    var comparableExperiment: Experiment {
        var experiment = experiment
        if isGroup {
            experiment.fold = 1
            experiment.seed = records.map(\.experiment.seed).min() ?? 0
        }
        return experiment
    }

    /// Separates the folder of an ablation from the name of a member: `runs/mine:no attention`.
    public static let separator: Character = ":"

    /// The set that a path names. Throws where the path names an ablation of several members.
    public init(_ path: String) throws {
        let sets = try Self.all(path)
        guard sets.count == 1, let only = sets.first else {
            throw FileError(
                file: path, place: "the folder", found: "an ablation of \(sets.count) members",
                allowed: "one of them: " + sets.map { "\"\($0.path)\"" }.joined(separator: ", "))
        }
        self = only
    }

    /// The sets that a path names: one for each member of an ablation, otherwise one.
    ///
    /// - Parameter skipsUnfinished: Whether members none of whose runs have ended are left out; an error unless given.
    public static func all(_ path: String, skipsUnfinished: Bool = false) throws -> [RunSet] {
        var folder = path
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        if let manifest = try AblationManifest.read(folder) {
            let members = manifest.members.filter { member in
                !skipsUnfinished
                    || member.runs.contains { RunFolder.content(of: "\(folder)/runs/\($0)") == .finished }
            }
            return try members.map { try RunSet(folder, $0, isOnly: manifest.members.count == 1) }
        }
        if !FileManager.default.fileExists(atPath: folder), let at = folder.lastIndex(of: separator) {
            let (ablation, name) = (String(folder[..<at]), String(folder[folder.index(after: at)...]))
            if let manifest = try AblationManifest.read(ablation) {
                guard let member = manifest.members.first(where: { $0.name == name }) else {
                    let names = manifest.members.map(\.name)
                    throw FileError(
                        file: ablation, place: "the member",
                        found: "\"\(name)\""
                            + (Suggestion.closest(to: name, among: names).map {
                                "; did you mean \"\($0)\"?"
                            } ?? ""),
                        allowed: names.map { "\"\($0)\"" }.joined(separator: ", "))
                }
                return [try RunSet(ablation, member, isOnly: false)]
            }
        }
        let record = try RunRecord(folder)
        _ = try record.requireEnd()
        return [RunSet(record)]
    }

    /// The folder of the ablation that a path names, or one of whose members it names; nil where it names a run.
    public static func ablationFolder(_ path: String) -> String? {
        func isAblation(_ folder: String) -> Bool {
            FileManager.default.fileExists(atPath: folder + "/" + AblationManifest.file)
        }
        var folder = path
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        if isAblation(folder) { return folder }
        guard !FileManager.default.fileExists(atPath: folder), let at = folder.lastIndex(of: separator)
        else { return nil }
        let parent = String(folder[..<at])
        return isAblation(parent) ? parent : nil
    }

    /// The name of an ablation's experiment, and the metric that it compares.
    public static func heading(ofAblation folder: String) throws(ConfigurationError) -> (
        name: String, metric: String
    )? {
        try AblationManifest.read(folder).map { ($0.name, $0.metric) }
    }

    /// A single run.
    public init(_ record: RunRecord) {
        (name, path, records, unfinished) = (record.name, record.path, [record], 0)
    }

    private init(_ folder: String, _ member: AblationManifest.Member, isOnly: Bool) throws {
        let base = (folder as NSString).lastPathComponent
        name = isOnly ? base : "\(base)\(Self.separator)\(member.name)"
        path = isOnly ? folder : "\(folder)\(Self.separator)\(member.name)"
        let ended = member.runs.map { "\(folder)/runs/\($0)" }.filter {
            RunFolder.content(of: $0) == .finished
        }
        records = try ended.map { try RunRecord($0) }
        unfinished = member.runs.count - ended.count
        guard !records.isEmpty else {
            throw FileError(
                file: path, place: "its runs",
                found: "none of \(NumberText.count(member.runs.count, "run")) has ended",
                allowed: "at least one that has; resume with the same Train ablate command")
        }
    }
}
