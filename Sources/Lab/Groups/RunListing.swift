import Autograd
import Configuration
import Foundation
import Metrics
import Reports

/// The runs and ablations in a folder such as `runs`, with state, metrics, warnings and config changes.
public struct RunListing: Sendable {
    /// A run, or an ablation.
    public struct Entry: Sendable {
        public var name: String
        /// "run", or "ablation of 3 members".
        public var kind: String
        /// "finished", "unfinished", "12 of 15 runs finished", or an error.
        public var state: String
        /// The time of the last change.
        public var date: Date
        /// The metrics of the test set; of an ablation those of the base, pooled over folds and averaged over seeds.
        public var metrics: [(name: String, value: Double)]
        /// The protocol of a cross-validation or an ablation: folds, speakers and seeds; empty for a run.
        public var protocolText = ""
        /// Warnings about training and clips in a few words; empty if there are none.
        public var warnings: [String] = []
        /// The changes to the config of the first entry with the same experiment name; may be empty.
        public var changes: String
    }

    /// The folder.
    public let folder: String
    /// The entries, ordered by name.
    public let entries: [Entry]

    /// Reads a folder; of a cross-validation or an ablation, its runs. Throws a `FileError` if there is none.
    public init(_ folder: String) throws {
        let files = FileManager.default
        let isGroup = files.fileExists(atPath: folder + "/" + AblationManifest.file)
        let folder = isGroup ? folder + "/runs" : folder
        guard let names = try? files.contentsOfDirectory(atPath: folder) else {
            throw FileError(
                file: folder, place: "the folder", found: "no such folder",
                allowed: "a folder with runs, such as runs")
        }
        var entries: [Entry] = []
        var firsts: [String: Experiment] = [:]
        for name in names.sorted() {
            let path = folder + "/" + name
            let isAblation = files.fileExists(atPath: path + "/" + AblationManifest.file)
            guard isAblation || RunFolder.content(of: path) != .empty else { continue }
            var entry = Entry(
                name: name, kind: isAblation ? "ablation" : "run", state: "", date: Self.date(path),
                metrics: [], changes: "")
            do {
                try Self.fill(&entry, path, isAblation: isAblation, &firsts)
            } catch {
                entry.state = "cannot be read: \("\(error)".replacing("\n", with: " "))"
            }
            entries.append(entry)
        }
        (self.folder, self.entries) = (folder, entries)
    }

    private static func fill(
        _ entry: inout Entry, _ path: String, isAblation: Bool, _ firsts: inout [String: Experiment]
    ) throws {
        var experiment: Experiment?
        if isAblation, let manifest = try AblationManifest.read(path) {
            entry.kind =
                manifest.members.count == 1
                ? "cross-validation" : "ablation of \(manifest.members.count) members"
            let runs = manifest.members.flatMap(\.runs)
            entry.warnings = RunWarnings(folders: runs.map { "\(path)/runs/\($0)" }).labels
            let ended = runs.count { RunFolder.content(of: "\(path)/runs/\($0)") == .finished }
            entry.state = ended == runs.count ? "finished" : "\(ended) of \(runs.count) runs finished"
            if let base = manifest.members.first,
                base.runs.contains(where: { RunFolder.content(of: "\(path)/runs/\($0)") == .finished }),
                let set = try RunSet.all(
                    manifest.members.count == 1 ? path : "\(path)\(RunSet.separator)\(base.name)"
                ).first
            {
                let group = try set.group()
                experiment = set.comparableExperiment
                entry.protocolText = group.protocolText
                entry.metrics = set.experiment.metrics.map { metric in
                    let found = GroupEstimate(
                        group, metric.name, unit: group.unit, level: 0.95, hasIntervals: false)
                    return (
                        metric.name,
                        found.pooled.estimate.isFinite ? found.pooled.estimate : found.folds.estimate
                    )
                }
                // The single runs are named after the members.
                experiment?.name = manifest.name
            }
        } else {
            let record = try RunRecord(path)
            experiment = record.experiment
            entry.warnings = RunWarnings(record.result.map { [(name: record.name, result: $0)] } ?? []).labels
            entry.state =
                record.result == nil
                ? "unfinished, \(NumberText.count(record.epochs.count, "epoch"))" : "finished"
            entry.metrics = (record.result?.test.entries ?? []).compactMap { metric in
                metric.value.map { (metric.name, $0) }
            }
        }
        guard let experiment else { return }
        if let first = firsts[experiment.name] {
            entry.changes = ConfigDifference.all(among: [first, experiment]).map { difference in
                "\(difference.path): \(difference.values.last.flatMap { $0?.line } ?? "removed")"
            }.joined(separator: "; ")
        } else {
            firsts[experiment.name] = experiment
        }
    }

    private static func date(_ path: String) -> Date {
        let files = FileManager.default
        let names = [RunFile.result, RunFile.metrics, "table.json", RunFile.config, ""]
        return names.lazy.compactMap {
            (try? files.attributesOfItem(atPath: path + "/" + $0))?[.modificationDate] as? Date
        }.first ?? .distantPast
    }

    /// The entries as a table.
    public var table: ValueTable {
        let names = entries.flatMap { $0.metrics.map(\.name) }.reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        let rows = entries.map { entry -> [ValueTable.Cell] in
            var cells: [ValueTable.Cell] = [.text(entry.name), .text(entry.kind), .text(entry.state)]
            cells.append(.date(entry.date))
            for name in names {
                let value = entry.metrics.first { $0.name == name }?.value ?? .nan
                cells.append(.value(value, isProportion: Metric.isProportion(name)))
            }
            cells.append(.text(entry.warnings.joined(separator: "; ")))
            let changes = entry.changes
            cells.append(.text(changes.count > 200 ? changes.prefix(199) + "…" : changes))
            return cells
        }
        var table = ValueTable(
            title: "Runs in \(folder)",
            columns: ["name", "kind", "state", "date"] + names + ["warnings", "config changes"],
            rows: rows,
            note: entries.isEmpty
                ? "No runs in this folder."
                : "Config changes are relative to the first entry with the same experiment name. Metrics are test metrics; differences are not tested for significance. For cross-validations and ablations, they are those of the base, pooled over folds and averaged over seeds. Dates are in UTC."
        )
        let known = entries.filter { !$0.protocolText.isEmpty }
        table.protocolText =
            GroupTable.sentences(known.map { ($0.name, $0.protocolText) }, among: entries.map(\.name))
            .joined(separator: "; ")
        return table
    }
}
