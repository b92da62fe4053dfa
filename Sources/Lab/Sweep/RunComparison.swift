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

    private let runs: [ComparedRun]
    private let level: Double
    private let draws: Int
    /// The files that a run has in common with the first one, by their places in both.
    private var common: [[(mine: Int, first: Int)]] = []

    /// Compares at least two runs. How sure intervals are and how many draws they take is what the first run's evaluation says.
    public init(_ runs: [ComparedRun]) throws {
        require(runs.count > 1, "RunComparison: \(runs.count) runs; a comparison needs two")
        self.runs = runs
        names = Self.distinct(runs.map(\.name))
        level = runs[0].experiment.evaluation.level
        draws = runs[0].experiment.evaluation.draws
        differences = ConfigDifference.all(among: runs.map(\.experiment))
        common = zip(runs, names).map { run, name in matched(run, name) }
        for (figure, _) in runs[0].figures
        where runs.allSatisfy({ $0.figures.contains { $0.name == figure } }) {
            tables.append(try table(figure))
        }
    }

    /// The files of a run that the first one was tested on too, where their labels agree.
    private mutating func matched(_ run: ComparedRun, _ name: String) -> [(mine: Int, first: Int)] {
        let first = runs[0]
        guard run.classes == first.classes else {
            warnings.append("\(name) has other classes than \(names[0]): there is no test between them")
            return []
        }
        let places = Dictionary(
            first.files.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let pairs = run.files.enumerated().compactMap { mine, file in
            places[file].map { (mine: mine, first: $0) }
        }
        if pairs.count != first.files.count || pairs.count != run.files.count {
            warnings.append(
                "\(name) and \(names[0]) were tested on different files: \(run.files.count) and \(first.files.count), \(pairs.count) of them in common; tests and differences are over those"
            )
        }
        let agreeing = pairs.filter { run.truths[$0.mine] == first.truths[$0.first] }
        if agreeing.count != pairs.count {
            warnings.append(
                "\(pairs.count - agreeing.count) files have another label in \(name) than in \(names[0]); they are left out of the tests"
            )
        }
        return agreeing
    }

    private func table(_ name: String) throws -> ResultTable {
        let figure = Figure(rawValue: name)
        var rows = try runs.indices.map { index -> ResultTable.Row in
            let run = runs[index]
            var row = ResultTable.Row(
                names[index], mean: run.figures.first { $0.name == name }?.value ?? .nan)
            guard let figure, !run.files.isEmpty else { return row }
            let answers = Answers(run)
            let interval = try ConfidenceInterval.bootstrap(
                count: run.files.count, level: level, draws: draws,
                generator: RandomGenerator(seed: 1).split("bootstrap")
            ) { answers.value(figure, $0) }
            (row.low, row.high) = (interval.low, interval.high)
            guard index > 0, !common[index].isEmpty else { return row }
            let first = Answers(runs[0])
            let pairs = common[index]
            let (mine, others) = (pairs.map(\.mine), pairs.map(\.first))
            row.difference = answers.value(figure, mine) - first.value(figure, others)
            row.pValue =
                figure == .accuracy
                ? try PairedTest.mcNemar(answers.areRight(mine), first.areRight(others))
                : try exchange(figure, answers, first, pairs)
            return row
        }
        let tested = rows.indices.filter { rows[$0].pValue.isFinite }
        for (index, p) in zip(tested, PairedTest.holm(tested.map { rows[$0].pValue })) {
            rows[index].pValue = p
        }
        return ResultTable(
            title: name, figure: name, isShare: AblationTable.isShare(name), rows: rows, level: level,
            note: note(figure, tests: tested.count))
    }

    private func note(_ figure: Figure?, tests: Int) -> String {
        guard let figure, tests > 0 else { return "" }
        let test =
            figure == .accuracy ? "McNemar's exact test" : "a permutation test that exchanges the answers"
        return
            "Intervals by the bootstrap over files; differences from \(names[0]), p by \(test)\(tests > 1 ? " with Holm's correction" : "")."
    }

    /// The chance of a difference as large as the found one if it did not matter which run an answer comes from.
    private func exchange(
        _ figure: Figure, _ answers: Answers, _ first: Answers, _ pairs: [(mine: Int, first: Int)]
    ) throws -> Double {
        let both = answers.followed(by: first)
        let count = answers.run.files.count
        return try PairedTest.exchange(
            count: pairs.count, draws: draws, generator: RandomGenerator(seed: 1).split("exchange")
        ) { isExchanged in
            let places = zip(pairs, isExchanged).map { pair, isExchanged in
                isExchanged ? (count + pair.first, pair.mine) : (pair.mine, count + pair.first)
            }
            return both.value(figure, places.map(\.0)) - both.value(figure, places.map(\.1))
        }
    }

    /// Names of which each is one run's alone.
    private static func distinct(_ names: [String]) -> [String] {
        names.enumerated().map { index, name in
            names.filter { $0 == name }.count > 1 ? "\(name) (\(index + 1))" : name
        }
    }
}

/// What a run says of its files, of which any selection can be measured.
private struct Answers {
    var run: ComparedRun
    private var decisions: [Int]

    init(_ run: ComparedRun) {
        self.run = run
        decisions = run.decisions
    }

    /// The answers of both runs, those of the other one behind these.
    func followed(by other: Answers) -> Answers {
        var both = self
        both.decisions += other.decisions
        both.run.truths += other.run.truths
        both.run.probabilities += other.run.probabilities
        return both
    }

    func areRight(_ places: [Int]) -> [Bool] { places.map { decisions[$0] == run.truths[$0] } }

    /// A figure of the files at some places; nan where it has none.
    func value(_ figure: Figure, _ places: [Int]) -> Double {
        let truths = places.map { run.truths[$0] }
        guard
            let matrix = try? ConfusionMatrix(
                classes: run.classes, truths: truths, predictions: places.map { decisions[$0] }),
            let soft = try? ProbabilityMetrics(
                probabilities: places.map { run.probabilities[$0] }, truths: truths,
                classes: run.classes.count)
        else { return .nan }
        return figure.value(matrix, soft)
    }
}
