import Autograd
import Configuration
import Foundation
import Reports

/// The runs that a path names: one run, or the runs of one member of an ablation, such as a cross-validation.
public struct RunSet: Sendable {
    /// The name: the run's folder, or the ablation's folder and the member.
    public let name: String
    /// The path that names it.
    public let path: String
    /// The runs that have ended, at least one.
    public let records: [RunRecord]
    /// The names of the runs that have not ended.
    public let unfinished: [String]
    /// The name of the member of an ablation as a file name; nil for a run and for a cross-validation.
    public let fileName: String?

    /// The config of the first run.
    public var experiment: Experiment { records[0].experiment }
    /// Whether there are several runs.
    public var isGroup: Bool { records.count + unfinished.count > 1 }
    /// A warning that names the unfinished runs; nil if all runs are finished.
    public var warning: String? {
        guard !unfinished.isEmpty else { return nil }
        let names = unfinished.prefix(8).joined(separator: ", ") + (unfinished.count > 8 ? ", ..." : "")
        let verb = unfinished.count == 1 ? ("has", "is") : ("have", "are")
        return
            "\(path): \(unfinished.count) of \(unfinished.count + records.count) runs \(verb.0) not finished and \(verb.1) excluded: \(names)"
    }
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

    /// The set that a path names. Throws if the path names an ablation of several members.
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
    /// - Parameter skipsUnfinished: Whether members without a run that has ended are left out; an error unless given.
    public static func all(_ path: String, skipsUnfinished: Bool = false) throws -> [RunSet] {
        var folder = path
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        if let manifest = try AblationManifest.read(folder) {
            let members = manifest.members.filter { member in
                !skipsUnfinished
                    || member.runs.contains { RunFolder.content(of: "\(folder)/runs/\($0)") == .finished }
            }
            let names = FileNames.distinct(manifest.members.map(\.name))
            return try members.map { member in
                let place = manifest.members.firstIndex { $0.name == member.name }
                return try RunSet(
                    folder, member, fileName: manifest.members.count == 1 ? nil : place.map { names[$0] })
            }
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
                let place = manifest.members.firstIndex { $0.name == name } ?? 0
                let names = FileNames.distinct(manifest.members.map(\.name))
                return [try RunSet(ablation, member, fileName: names[place])]
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

    /// The members of an ablation that have no run which has ended, as a warning; nil if there are none, or if the path names no ablation.
    public static func missingMembers(_ path: String) throws -> String? {
        var folder = path
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        guard let manifest = try AblationManifest.read(folder) else { return nil }
        let missing = manifest.members.filter { member in
            !member.runs.contains { RunFolder.content(of: "\(folder)/runs/\($0)") == .finished }
        }
        guard !missing.isEmpty else { return nil }
        return
            "\(folder): none of the runs of \(missing.map { "\"\($0.name)\"" }.joined(separator: ", ")) has finished; \(missing.count == 1 ? "this member is" : "these members are") excluded"
    }

    /// A single run.
    public init(_ record: RunRecord) {
        (name, path, records, unfinished, fileName) = (record.name, record.path, [record], [], nil)
    }

    private init(_ folder: String, _ member: AblationManifest.Member, fileName: String?) throws {
        let base = (folder as NSString).lastPathComponent
        self.fileName = fileName
        name = fileName == nil ? base : "\(base)\(Self.separator)\(member.name)"
        path = fileName == nil ? folder : "\(folder)\(Self.separator)\(member.name)"
        let ended = member.runs.filter { RunFolder.content(of: "\(folder)/runs/\($0)") == .finished }
        records = try ended.map { try RunRecord("\(folder)/runs/\($0)") }
        unfinished = member.runs.filter { !ended.contains($0) }
        guard !records.isEmpty else {
            throw FileError(
                file: path, place: "its runs",
                found: "none of \(NumberText.count(member.runs.count, "run")) has finished",
                allowed: "at least one finished run; resume with the same Train ablate command")
        }
    }
}
