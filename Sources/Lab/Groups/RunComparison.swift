import Autograd
import Configuration
import Foundation
import Metrics
import Reports
import SpeechEmotion

/// Runs or cross-validations side by side: a table for each metric with confidence intervals and paired tests against the first, and the
/// differences between their configs.
public struct RunComparison: Sendable {
    /// One table for each metric that all have.
    public private(set) var tables: [ResultTable] = []
    /// What tables call them.
    public let names: [String]
    /// Where the configs differ, with a value for each.
    public let differences: [ConfigDifference]
    /// What makes the comparison less than it seems.
    public private(set) var warnings: [String] = []

    /// Compares at least two sets of runs. The confidence level and the number of draws are those of the first config.
    ///
    /// - Parameter unit: What is independent; nil for what the runs allow.
    public init(_ sets: [RunSet], unit: RunGroup.Unit? = nil) throws {
        require(sets.count > 1, "RunComparison: \(sets.count) sets of runs; a comparison needs two")
        names = Self.distinct(sets.map(\.name))
        let options = sets[0].experiment.evaluation
        differences = ConfigDifference.all(among: sets.map(\.comparableExperiment))
        var groups: [RunGroup] = []
        for (set, name) in zip(sets, names) {
            let group = RunGroup(name, try set.records.map { try RunGroup.Member($0) })
            for record in set.records where record.predictions == nil {
                throw FileError(
                    file: record.path, place: RunFile.predictions, found: "no such file",
                    allowed: "what Train run writes into the folder of a run")
            }
            if let part = set.records.first?.result?.part, part != .test {
                warnings.append("\(name) was measured on its \(part.rawValue) set, not on its test set")
            }
            groups.append(group)
        }
        let first = groups[0]
        for group in groups.dropFirst() where group.folds.count != first.folds.count {
            warnings.append(
                "\(group.name) has \(NumberText.count(group.folds.count, "fold")), \(first.name) has \(first.folds.count)"
            )
        }
        let comparison = GroupTable(
            groups: groups, level: options.confidenceLevel, draws: options.resamples, unit: unit)
        for figure in set(of: sets) {
            let (table, found) = comparison.table(figure, title: figure)
            tables.append(table)
            for warning in found where !warnings.contains(warning) { warnings.append(warning) }
        }
    }

    /// The metrics that all runs have, in the order of the first.
    private func set(of sets: [RunSet]) -> [String] {
        let all = sets.flatMap(\.records).compactMap(\.result)
        return (all.first?.test.entries.map(\.name) ?? []).filter { name in
            all.allSatisfy { $0.test.entries.contains { $0.name == name } }
        }
    }

    /// Names of which each is one set's alone.
    private static func distinct(_ names: [String]) -> [String] {
        names.enumerated().map { index, name in
            names.filter { $0 == name }.count > 1 ? "\(name) (\(index + 1))" : name
        }
    }
}
