import Autograd
import Configuration
import Foundation
import Metrics
import Reports
import SpeechEmotion

/// A comparison of runs or cross-validations: a table for each metric with confidence intervals and paired tests against the first, and
/// the differences between their configs.
public struct RunComparison: Sendable {
    /// A table for each metric that all sets have.
    public private(set) var tables: [ResultTable] = []
    /// The names of the sets in tables.
    public let names: [String]
    /// The differences between the configs, with a value for each.
    public let differences: [ConfigDifference]
    /// Warnings about the comparison.
    public private(set) var warnings: [String] = []

    /// Compares at least two sets of runs. The confidence level and the number of draws are those of the first config.
    ///
    /// - Parameter unit: The independent units; nil for the default.
    public init(_ sets: [RunSet], unit: IndependentUnit? = nil) throws {
        require(sets.count > 1, "RunComparison: \(sets.count) sets of runs; a comparison needs two")
        names = Self.distinct(sets.map(\.name))
        let options = sets[0].experiment.evaluation
        differences = ConfigDifference.all(among: sets.map(\.comparableExperiment))
        var groups: [RunGroup] = []
        var notes: [[String]] = []
        for (set, name) in zip(sets, names) {
            var found = set.warning.map { [$0] } ?? []
            let group = RunGroup(name, try set.records.map { try RunGroup.Member($0) })
            for record in set.records where record.predictions == nil {
                throw FileError(
                    file: record.path, place: RunFile.predictions, found: "no such file",
                    allowed: "the file that Train run writes to a run folder")
            }
            if let subset = set.records.first?.result?.subset, subset != .test {
                found.append("\(name) was evaluated on the \(subset.word) set, not on the test set")
            }
            if let first = groups.first, group.folds.count != first.folds.count {
                found.append(
                    "\(name) has \(NumberText.count(group.folds.count, "fold")), \(first.name) has \(first.folds.count)"
                )
            }
            groups.append(group)
            notes.append(found)
        }
        let comparison = GroupTable(
            groups: groups, level: options.confidenceLevel, draws: options.resamples, unit: unit)
        for metric in set(of: sets) {
            var table = comparison.table(metric, title: metric)
            for (row, found) in notes.enumerated() {
                table.rows[row].warnings.insert(contentsOf: found, at: 0)
            }
            tables.append(table)
        }
        warnings = (notes.joined() + tables.flatMap(\.warnings)).reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
    }

    /// The metrics that all runs have, in the order of the first.
    private func set(of sets: [RunSet]) -> [String] {
        let all = sets.flatMap(\.records).compactMap(\.result)
        return (all.first?.test.entries.map(\.name) ?? []).filter { name in
            all.allSatisfy { $0.test.entries.contains { $0.name == name } }
        }
    }

    /// Distinct names for the sets.
    private static func distinct(_ names: [String]) -> [String] {
        names.enumerated().map { index, name in
            names.filter { $0 == name }.count > 1 ? "\(name) (\(index + 1))" : name
        }
    }
}
