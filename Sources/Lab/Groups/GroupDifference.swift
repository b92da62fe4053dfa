import Autograd
import Metrics
import Reports

/// The difference of a metric between two groups of runs on the same clips, with a paired test.
public struct GroupDifference: Sendable {
    /// The difference; nan if the groups have nothing in common.
    public var value = Double.nan
    /// What the difference is computed over, such as "10 clips", if that is less than the results of both groups; otherwise empty.
    public var basis = ""
    /// The two-sided p-value; nan without a test.
    public var pValue = Double.nan
    /// The number of independent units in the test.
    public var units = 0
    /// The test; nil if there is none.
    public var test: Test?
    /// Warnings about the difference, as sentences.
    public var warnings: [String] = []

    /// A paired test.
    public enum Test: Sendable {
        case permutation, jackknife, correctedStudent, student, mcNemar
    }

    /// No difference.
    init() {}

    /// Computes the difference between a group and a base: of their pooled predictions, matched by clip, or of the means of their folds if
    /// folds are the units. Each group is averaged over its own seeds.
    public init(
        _ group: RunGroup, from base: RunGroup, _ metric: String, unit: IndependentUnit, draws: Int
    ) {
        guard !group.members.isEmpty, !base.members.isEmpty else { return }
        if group.seeds.count != base.seeds.count {
            warnings.append(
                "\(group.name) and \(base.name) have different numbers of seeds: \(group.seeds.count) and \(base.seeds.count); the difference is between their means over seeds"
            )
        }
        if unit == .folds {
            compareFolds(group, base, metric)
        } else if let metric = Metric(rawValue: metric) {
            do throws(InputError) {
                try comparePooled(group, base, metric, unit == .speakers ? .speakers : .clips, draws)
            } catch {
                warnings.append("no test between \(group.name) and \(base.name): \(error)")
            }
        }
    }

    /// Pairs folds by number. Only folds with the same test clips have a test; otherwise the difference is that of the two means.
    private mutating func compareFolds(_ group: RunGroup, _ base: RunGroup, _ metric: String) {
        let (mine, others) = (group.foldResults(metric), base.foldResults(metric))
        let known = Dictionary(uniqueKeysWithValues: others.map { ($0.fold, $0.mean) })
        let pairs = mine.compactMap { mine in
            known[mine.fold].map { (fold: mine.fold, difference: mine.mean - $0) }
        }
        let names = "\(group.name) and \(base.name)"
        guard !pairs.isEmpty else {
            warnings.append("\(names) have no fold in common: no test between them")
            return
        }
        func clips(_ group: RunGroup) -> [Int: Set<String>?] {
            Dictionary(uniqueKeysWithValues: group.folds.map { ($0, group.testClips(ofFold: $0)) })
        }
        let (tested, baseTested) = (clips(group), clips(base))
        let different = pairs.map(\.fold).filter { fold in
            guard let mine = tested[fold] ?? nil, let others = baseTested[fold] ?? nil else { return true }
            return mine != others
        }
        guard different.isEmpty, group.evaluatedOn == nil, base.evaluatedOn == nil else {
            let all = [tested, baseTested].map { clips in
                clips.values.compactMap { $0 }.reduce(into: Set()) { $0.formUnion($1) }
            }
            let isKnown = ![tested, baseTested].contains { $0.values.contains { $0 == nil } }
            guard !isKnown || !all[0].isDisjoint(with: all[1]) else {
                warnings.append("\(names) have no test clips in common: they cannot be compared")
                return
            }
            value = FoldResults(mine.map(\.mean)).mean - FoldResults(others.map(\.mean)).mean
            let which = different.map(String.init).joined(separator: ", ")
            warnings.append(
                different.isEmpty
                    ? "\(names) were not evaluated on the test sets of their folds: no test over folds"
                    : "\(names) have different test clips in \(different.count == 1 ? "fold" : "folds") \(which): folds cannot be paired, and there is no test over folds; use --test speakers or --test clips to pair their predictions by clip"
            )
            return
        }
        if group.folds != base.folds {
            basis = NumberText.count(pairs.count, "fold")
            warnings.append(
                "\(names) have \(NumberText.count(pairs.count, "fold")) in common; the difference is computed over \(pairs.count == 1 ? "this fold" : "these folds")"
            )
        }
        let results = FoldResults(
            pairs.map(\.difference), testToTrain: max(group.meanTestToTrain, base.meanTestToTrain))
        value = results.mean
        (pValue, units) = (results.pValue, pairs.count)
        if pValue.isFinite { test = results.testToTrain > 0 ? .correctedStudent : .student }
    }

    private mutating func comparePooled(
        _ group: RunGroup, _ base: RunGroup, _ metric: Metric, _ unit: ClusteredMetric.Unit, _ draws: Int
    ) throws(InputError) {
        guard let mine = group.pooled, let others = base.pooled else {
            throw InputError(
                "the predictions of a run are missing, or their classes differ from those of the other runs")
        }
        guard let (mine, others) = matched(mine, others, group.name, base.name) else { return }
        let (first, second) = (
            try ClusteredMetric(metric, mine, by: unit),
            try ClusteredMetric(metric, others, by: unit)
        )
        value = first.estimate - second.estimate
        units = first.clusters.count
        if unit == .clips, metric == .accuracy, mine.count == 1, others.count == 1, mine[0].parts.isEmpty,
            mine[0].task == .classification
        {
            func right(_ p: Predictions) -> [Bool] { zip(p.decisions, p.truths).map { $0 == $1 } }
            pValue = try PairedTest.mcNemar(right(mine[0]), right(others[0]))
            test = .mcNemar
        } else {
            pValue = try ClusterResampling.test(
                first, second, draws: draws, generator: RandomGenerator(seed: 1).split("exchange"))
            if pValue.isFinite {
                test = units < ClusterResampling.fewestPermuted ? .jackknife : .permutation
            }
        }
    }

    /// The predictions of each seed for the clips that all seeds of both groups have; nil if there are none. Notes what is left out.
    private mutating func matched(
        _ mine: [Predictions], _ others: [Predictions], _ name: String, _ base: String
    ) -> (mine: [Predictions], others: [Predictions])? {
        var common = mine[0]
        var relabeled = 0
        for predictions in mine.dropFirst() + others {
            let matched = MatchedClips(common, predictions)
            guard !matched.haveOtherClasses else {
                warnings.append("\(name) and \(base) have different classes: no test between them")
                return nil
            }
            relabeled += matched.relabeled
            common = common.selecting(matched.places.map(\.mine))
        }
        let inCommon = common.ids.count + relabeled
        if (mine + others).contains(where: { $0.ids.count != inCommon }) {
            let counts = [mine, others].map { group in
                let (low, high) = (group.map(\.ids.count).min() ?? 0, group.map(\.ids.count).max() ?? 0)
                return low == high ? "\(low)" : "\(low) to \(high)"
            }
            warnings.append(
                "\(name) and \(base) were tested on different clips: \(counts[0]) and \(counts[1]), \(inCommon) of them in common; the difference and its test use only the common clips"
            )
        }
        if relabeled > 0 {
            warnings.append(
                "\(NumberText.count(relabeled, "clip")) \(relabeled == 1 ? "has" : "have") different labels in \(name) and \(base); the difference and its test exclude \(relabeled == 1 ? "it" : "them")"
            )
        }
        guard !common.ids.isEmpty else { return nil }
        if (mine + others).contains(where: { $0.ids.count != common.ids.count }) {
            basis = NumberText.count(common.ids.count, "clip")
        }
        func kept(_ group: [Predictions]) -> [Predictions] {
            group.map { $0.selecting(MatchedClips(common, $0).places.map(\.other)) }
        }
        return (kept(mine), kept(others))
    }
}

/// The clips that two sets of predictions have in common, with the same label.
struct MatchedClips {
    /// Their positions in both.
    private(set) var places: [(mine: Int, other: Int)] = []
    /// The number of clips that are in both, with different labels.
    private(set) var relabeled = 0
    /// Whether the predictions are of different tasks or classes.
    private(set) var haveOtherClasses = false

    init(_ mine: Predictions, _ other: Predictions) {
        guard mine.task == other.task, mine.classes == other.classes,
            mine.parts.filter(\.isMain).map(\.name) == other.parts.filter(\.isMain).map(\.name)
        else {
            haveOtherClasses = true
            return
        }
        // A clip that was tested several times is paired in order.
        var known: [String: [Int]] = [:]
        for (place, id) in other.ids.enumerated().reversed() { known[id, default: []].append(place) }
        for (place, id) in mine.ids.enumerated() {
            guard let found = known[id]?.popLast() else { continue }
            if hasSameTruth(mine, place, other, found) {
                places.append((place, found))
            } else {
                relabeled += 1
            }
        }
    }

    /// Whether two examples have the same class; targets of the same names come from the same columns.
    private func hasSameTruth(_ mine: Predictions, _ place: Int, _ other: Predictions, _ found: Int) -> Bool {
        switch mine.task {
        case _ where !mine.parts.isEmpty: true
        case .sequences: mine.sequences[place].truth == other.sequences[found].truth
        case .classification: mine.truths[place] == other.truths[found]
        default: true
        }
    }
}
