import Autograd
import Configuration
import Foundation
import SpeechEmotion

/// Runs side by side: a table for each figure with the bootstrap's intervals and paired tests against the first run, and what differs
/// in their configs.
public struct RunComparison: Sendable {
    /// One table for each figure that all runs have.
    public private(set) var tables: [ResultTable] = []
    /// The names of the runs, as the tables have them.
    public let names: [String]
    /// Where the configs differ, with a value for each run.
    public let differences: [ConfigDifference]
    /// What makes the comparison less than it seems.
    public private(set) var warnings: [String] = []

    private let runs: [Run]
    private let level: Double
    private let draws: Int

    /// What is compared of a run.
    private struct Run {
        var result: RunResult
        var predictions: Predictions
        var decisions: [Int]
        /// The files that it has in common with the first run, by their places in both.
        var common: [(mine: Int, first: Int)] = []

        func areRight(_ places: [Int]) -> [Bool] { places.map { decisions[$0] == predictions.truths[$0] } }
    }

    /// Compares at least two runs that have ended. How sure intervals are and how many draws tests take is what the first run's
    /// evaluation says.
    public init(_ records: [RunRecord]) throws {
        require(records.count > 1, "RunComparison: \(records.count) runs; a comparison needs two")
        let names = Self.distinct(records.map(\.name))
        self.names = names
        level = records[0].experiment.evaluation.level
        draws = records[0].experiment.evaluation.draws
        differences = ConfigDifference.all(among: records.map(\.experiment))
        var runs: [Run] = []
        for (record, name) in zip(records, names) {
            let result = try record.requireEnd()
            guard let predictions = record.predictions else {
                throw FileError(
                    file: record.path, place: RunFile.predictions, found: "no such file",
                    allowed: "what Train run writes into the folder of a run")
            }
            var run = Run(result: result, predictions: predictions, decisions: predictions.decisions)
            if let first = runs.first {
                run.common = Self.matched((name, predictions), (names[0], first.predictions), &warnings)
            }
            if result.part != .test {
                warnings.append(
                    "the figures of \(name) are of its \(result.part.rawValue) part, not of its test part")
            }
            runs.append(run)
        }
        self.runs = runs
        for entry in runs[0].result.test.entries
        where runs.allSatisfy({ $0.result.test.entries.contains { $0.name == entry.name } }) {
            tables.append(try table(entry.name))
        }
    }

    /// The files that two runs were tested on and whose labels agree.
    private static func matched(
        _ run: (name: String, predictions: Predictions), _ first: (name: String, predictions: Predictions),
        _ warnings: inout [String]
    ) -> [(mine: Int, first: Int)] {
        let (mine, its) = (run.predictions, first.predictions)
        guard mine.classes == its.classes else {
            warnings.append("\(run.name) has other classes than \(first.name): there is no test between them")
            return []
        }
        let places = Dictionary(
            its.ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let pairs = mine.ids.enumerated().compactMap { place, file in
            places[file].map { (mine: place, first: $0) }
        }
        if pairs.count != its.ids.count || pairs.count != mine.ids.count {
            warnings.append(
                "\(run.name) and \(first.name) were measured on different files: \(mine.ids.count) and \(its.ids.count), \(pairs.count) of them in common; tests and differences are over those"
            )
        }
        let agreeing = pairs.filter { mine.truths[$0.mine] == its.truths[$0.first] }
        if agreeing.count != pairs.count {
            warnings.append(
                "\(pairs.count - agreeing.count) files have another label in \(run.name) than in \(first.name); tests leave them out"
            )
        }
        return agreeing
    }

    private func table(_ name: String) throws -> ResultTable {
        let figure = Figure(rawValue: name)
        var rows = try zip(names, runs).map { title, run -> ResultTable.Row in
            var row = ResultTable.Row(title, mean: run.result.test[name].flatMap { $0 } ?? .nan)
            if let interval = interval(name, run) {
                (row.low, row.high) = (interval.low ?? .nan, interval.high ?? .nan)
            }
            guard let figure, !run.common.isEmpty else { return row }
            let (mine, others) = (run.common.map(\.mine), run.common.map(\.first))
            row.difference =
                try run.predictions.value(figure, at: mine, run.decisions)
                - runs[0].predictions.value(figure, at: others, runs[0].decisions)
            row.pValue =
                figure == .accuracy
                ? try PairedTest.mcNemar(run.areRight(mine), runs[0].areRight(others))
                : try exchange(figure, run)
            return row
        }
        let tested = rows.indices.filter { rows[$0].pValue.isFinite }
        for (index, p) in zip(tested, PairedTest.holm(tested.map { rows[$0].pValue })) {
            rows[index].pValue = p
        }
        return ResultTable(
            title: name, figure: name, isShare: Figure.isShare(name), rows: rows, level: level,
            note: figure.map { note($0, name, tests: tested.count) } ?? "")
    }

    /// The range of a figure that the run has found: over speakers where all runs know them, over clips otherwise.
    private func interval(_ name: String, _ run: Run) -> RunResult.Interval? {
        run.result.intervals.first {
            $0.figure == name && $0.over == unit(name) && $0.level == level
        }
    }

    private func unit(_ name: String) -> RunResult.Interval.Unit {
        let haveSpeakers = runs.allSatisfy { run in
            run.result.intervals.contains { $0.figure == name && $0.over == .speakers }
        }
        return haveSpeakers ? .speakers : .clips
    }

    private func note(_ figure: Figure, _ name: String, tests: Int) -> String {
        let intervals = "Intervals by the bootstrap over \(unit(name).rawValue)."
        guard tests > 0 else { return intervals }
        let test =
            figure == .accuracy ? "McNemar's exact test" : "a permutation test that exchanges the answers"
        return
            "\(intervals) Differences from \(names[0]) on the same clips; p by \(test)\(tests > 1 ? ", with Holm's correction" : "")."
    }

    /// The chance of a difference as large as the found one if it did not matter which run an answer comes from.
    private func exchange(_ figure: Figure, _ run: Run) throws -> Double {
        // The answers of both, those of the first run behind.
        var both = run.predictions
        both.truths += runs[0].predictions.truths
        both.probabilities += runs[0].predictions.probabilities
        let decisions = run.decisions + runs[0].decisions
        let count = run.decisions.count
        return try PairedTest.exchange(
            count: run.common.count, draws: draws, generator: RandomGenerator(seed: 1).split("exchange")
        ) { isExchanged in
            let places = zip(run.common, isExchanged).map { pair, isExchanged in
                isExchanged ? (count + pair.first, pair.mine) : (pair.mine, count + pair.first)
            }
            let mine = try? both.value(figure, at: places.map(\.0), decisions)
            let its = try? both.value(figure, at: places.map(\.1), decisions)
            return (mine ?? .nan) - (its ?? .nan)
        }
    }

    /// Names of which each is one run's alone.
    private static func distinct(_ names: [String]) -> [String] {
        names.enumerated().map { index, name in
            names.filter { $0 == name }.count > 1 ? "\(name) (\(index + 1))" : name
        }
    }
}
