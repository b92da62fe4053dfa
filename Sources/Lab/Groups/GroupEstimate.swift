import Autograd
import Metrics

/// One metric of a group of runs: pooled over folds, as the mean of folds, and how far folds and seeds are apart.
public struct GroupEstimate: Sendable {
    /// Of all test predictions together, averaged over seeds; the estimate is nan where predictions cannot be pooled.
    public var pooled: ConfidenceInterval
    /// The mean over folds of the results averaged over seeds.
    public var folds: ConfidenceInterval
    /// The standard deviation between folds, after averaging over seeds; nan with one fold.
    public var foldDeviation: Double
    /// The standard deviation between seeds, each over all folds; nan with one seed.
    public var seedDeviation: Double

    /// Estimates a metric of a group.
    ///
    /// - Parameters:
    ///   - unit: What is independent; pooled predictions have intervals over clips where it is folds.
    ///   - draws: Of the bootstrap; 0 computes no intervals.
    public init(_ group: RunGroup, _ figure: String, unit: RunGroup.Unit, level: Double, draws: Int) {
        let isShare = Figure.isShare(figure)
        let results = FoldResults(
            group.foldResults(figure).map(\.mean), testToTrain: group.testToTrain)
        folds = results.interval(isShare: isShare, level: level)
        if folds.estimate.isNaN { folds.units = 0 }
        foldDeviation = results.deviation
        pooled = ConfidenceInterval(estimate: .nan, low: .nan, high: .nan, level: level)
        var bySeed = group.seeds.map { seed in
            let values = group.members.filter { $0.seed == seed }.compactMap { $0.figures[figure] }
            return values.reduce(0, +) / Double(values.count)
        }
        if let metric = Figure(rawValue: figure), let predictions = group.pooled,
            let clustered = try? ClusteredFigure(
                .figure(metric), predictions, by: unit == .speakers ? .speakers : .clips)
        {
            bySeed = clustered.values
            if draws > 0 {
                pooled = ClusterResampling.interval(
                    clustered, isShare: isShare, level: level, draws: draws,
                    generator: RandomGenerator(seed: 0).split("bootstrap"))
            } else {
                pooled.estimate = clustered.estimate
            }
        }
        seedDeviation = FoldResults(bySeed.filter(\.isFinite)).deviation
    }
}

/// The difference of a metric between two groups of runs on the same clips, with a paired test.
public struct GroupDifference: Sendable {
    /// nan where the groups have nothing in common.
    public var value = Double.nan
    /// Two-sided; nan where there is no test.
    public var pValue = Double.nan
    /// How many independent units the test compared.
    public var units = 0
    /// Which test it was; nil where there is none.
    public var test: Test?
    /// What makes it less than it seems, in sentences.
    public var warnings: [String] = []

    /// A paired test.
    public enum Test: Sendable {
        case permutation, jackknife, correctedStudent, student, mcNemar
    }

    /// No difference.
    init() {}

    /// The difference between a group and a base: of their pooled predictions, matched by clip, or of the means of their folds where folds
    /// are the units.
    public init(
        _ group: RunGroup, from base: RunGroup, _ figure: String, unit: RunGroup.Unit, draws: Int
    ) {
        if unit == .folds {
            compareFolds(group, base, figure)
        } else if let metric = Figure(rawValue: figure) {
            do throws(MetricProblem) {
                try comparePooled(group, base, metric, unit == .speakers ? .speakers : .clips, draws)
            } catch {
                warnings.append("no test between \(group.name) and \(base.name): \(error)")
            }
        }
    }

    private mutating func compareFolds(_ group: RunGroup, _ base: RunGroup, _ figure: String) {
        let others = Dictionary(
            uniqueKeysWithValues: base.foldResults(figure).map { ($0.fold, $0.mean) })
        let pairs = group.foldResults(figure).compactMap { mine in
            others[mine.fold].map { mine.mean - $0 }
        }
        guard !pairs.isEmpty else { return }
        let results = FoldResults(pairs, testToTrain: max(group.testToTrain, base.testToTrain))
        (value, pValue, units) = (results.mean, results.pValue, pairs.count)
        if pValue.isFinite { test = results.testToTrain > 0 ? .correctedStudent : .student }
    }

    private mutating func comparePooled(
        _ group: RunGroup, _ base: RunGroup, _ figure: Figure, _ unit: ClusteredFigure.Unit, _ draws: Int
    ) throws(MetricProblem) {
        guard let pairs = SeedPairs(group, base) else { return }
        var (mine, others): ([Predictions], [Predictions]) = ([], [])
        for (first, second) in pairs.predictions {
            let matched = MatchedClips(first, second)
            if let warning = matched.warning(group.name, base.name), !warnings.contains(warning) {
                warnings.append(warning)
            }
            guard !matched.places.isEmpty else { return }
            mine.append(first.selecting(matched.places.map(\.mine)))
            others.append(second.selecting(matched.places.map(\.other)))
        }
        let (first, second) = (
            try ClusteredFigure(.figure(figure), mine, by: unit),
            try ClusteredFigure(.figure(figure), others, by: unit)
        )
        value = first.estimate - second.estimate
        units = first.clusters.count
        if unit == .clips, figure == .accuracy, mine.count == 1 {
            func right(_ p: Predictions) -> [Bool] { zip(p.decisions, p.truths).map { $0 == $1 } }
            pValue = try PairedTest.mcNemar(right(mine[0]), right(others[0]))
            test = .mcNemar
        } else {
            pValue = try ClusterResampling.test(
                first, second, draws: draws, generator: RandomGenerator(seed: 1).split("exchange"))
            if pValue.isFinite {
                test = units < ClusterResampling.fewestResampled ? .jackknife : .permutation
            }
        }
    }
}

/// The seeds in which two groups are paired.
private struct SeedPairs {
    var predictions: [(Predictions, Predictions)] = []

    /// By the same seed, or in ascending order where both have equally many and none in common. nil where there is no pair, or where predictions
    /// cannot be pooled.
    init?(_ first: RunGroup, _ second: RunGroup) {
        guard let mine = first.pooled, let others = second.pooled else { return nil }
        let common = first.seeds.filter(second.seeds.contains)
        if !common.isEmpty {
            let own = Dictionary(uniqueKeysWithValues: zip(first.seeds, mine))
            let its = Dictionary(uniqueKeysWithValues: zip(second.seeds, others))
            predictions = common.compactMap { seed in
                if let mine = own[seed], let other = its[seed] { (mine, other) } else { nil }
            }
        } else if mine.count == others.count {
            predictions = Array(zip(mine, others))
        } else {
            return nil
        }
    }
}

/// The clips that two sets of predictions have in common, with the same label.
struct MatchedClips {
    /// Their places in both.
    private(set) var places: [(mine: Int, other: Int)] = []
    private var counts = (mine: 0, other: 0, common: 0)
    private var haveOtherClasses = false

    init(_ mine: Predictions, _ other: Predictions) {
        guard mine.classes == other.classes else {
            haveOtherClasses = true
            return
        }
        // A clip that was tested several times is paired in order.
        var known: [String: [Int]] = [:]
        for (place, id) in other.ids.enumerated().reversed() { known[id, default: []].append(place) }
        counts = (mine.ids.count, other.ids.count, 0)
        for (place, id) in mine.ids.enumerated() {
            guard let found = known[id]?.popLast() else { continue }
            counts.common += 1
            if mine.truths[place] == other.truths[found] { places.append((place, found)) }
        }
    }

    /// What the match leaves out; nil where it leaves nothing out.
    func warning(_ name: String, _ base: String) -> String? {
        if haveOtherClasses { return "\(name) has other classes than \(base): no test between them" }
        var parts: [String] = []
        if counts.common != counts.mine || counts.common != counts.other {
            parts.append(
                "\(name) and \(base) were tested on different clips: \(counts.mine) and \(counts.other), \(counts.common) of them in common; the difference and its test are over those"
            )
        }
        if places.count < counts.common {
            parts.append(
                "\(counts.common - places.count) clips have another label in \(name) than in \(base); the difference and its test leave them out"
            )
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}
