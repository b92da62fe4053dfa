import Metrics
import Reports

/// Compares groups of runs in one metric, the first of them being the base.
struct GroupTable {
    var groups: [RunGroup]
    var level: Double
    /// The number of permutations of a test; 0 computes no intervals and tests of pooled predictions.
    var draws: Int
    /// The independent units; nil for the default.
    var unit: IndependentUnit?

    /// The units that all groups support.
    var usedUnit: IndependentUnit {
        if let unit { return unit }
        let units = groups.filter { !$0.members.isEmpty }.map(\.unit)
        if units.allSatisfy({ $0 == .speakers }) { return .speakers }
        return groups.allSatisfy { $0.folds.count >= FoldResults.fewest } ? .folds : .clips
    }

    /// The protocol of the groups, each with its name if they differ.
    var protocolText: String {
        Self.sentences(
            groups.filter { !$0.members.isEmpty }.map { ($0.name, $0.protocolText) },
            among: groups.filter { !$0.members.isEmpty }.map(\.name)
        )
        .joined(separator: "; ")
    }

    /// Returns the table of a metric. Its rows have the warnings about their differences.
    func table(_ metric: String, title: String) -> ResultTable {
        let unit = usedUnit
        var rows: [ResultTable.Row] = []
        var differences: [GroupDifference] = []
        let estimates = groups.map {
            GroupEstimate($0, metric, unit: unit, level: level, hasIntervals: draws > 0)
        }
        for (index, (group, found)) in zip(groups, estimates).enumerated() {
            rows.append(
                ResultTable.Row(
                    group.name, pooled: found.pooled, folds: found.folds,
                    foldDeviation: found.foldDeviation, seedDeviation: found.seedDeviation,
                    runs: group.members.count))
            rows[index].warnings = [group.dataWarning].compactMap { $0 }
            var difference = GroupDifference()
            if index > 0, draws > 0 {
                difference = GroupDifference(
                    group, from: groups[0], metric, unit: unit, draws: draws)
                rows[index].difference = difference.value
                rows[index].differenceBasis = difference.basis
                rows[index].pValue = difference.pValue
                rows[index].warnings += difference.warnings
            }
            differences.append(difference)
        }
        let tested = rows.indices.filter { rows[$0].pValue.isFinite }
        for (index, p) in zip(tested, PairedTest.holm(tested.map { rows[$0].pValue })) {
            rows[index].pValue = p
        }
        return ResultTable(
            title: title, metric: metric, isProportion: Metric.isProportion(metric), rows: rows, level: level,
            note: (estimateSentences(estimates)
                + testSentences(metric, differences, unit, tests: tested.count))
                .joined(separator: " "),
            protocolText: protocolText)
    }

    /// Explains the estimates, their intervals and standard deviations.
    func estimateSentences(_ estimates: [GroupEstimate]) -> [String] {
        var sentences: [String] = []
        let isPooled = estimates.contains { $0.pooled.estimate.isFinite }
        let hasFolds = estimates.contains { $0.folds.units > 1 }
        let hasSeeds = groups.contains { $0.seeds.count > 1 }
        if isPooled, hasFolds {
            let tested = groups.filter { !$0.members.isEmpty }
            sentences += Self.sentences(
                tested.map { group in
                    let folds = group.evaluatedOn == nil ? group.partText : nil
                    return (
                        group.name,
                        "Pooled: computed from the test predictions of \(folds ?? "all finished folds") together\(hasSeeds ? ", averaged over seeds" : "")."
                    )
                }, among: tested.map(\.name))
            let repeated = groups.filter { $0.evaluatedOn == nil && !$0.members.isEmpty && $0.isRepeated }
            sentences += Self.sentences(
                repeated.map { ($0.name, "Clips that are in several test sets count once per hold-out.") },
                among: groups.filter { !$0.members.isEmpty }.map(\.name))
        }
        if Set(groups.filter { !$0.members.isEmpty }.map(\.seeds)).count > 1 {
            var seeds: [String] = []
            for group in groups {
                let text = "\(group.name) \(group.seeds.map(String.init).joined(separator: ", "))"
                if !seeds.contains(text) { seeds.append(text) }
            }
            sentences.append("Each row is averaged over its own seeds: \(seeds.joined(separator: "; ")).")
        }
        let pooled = draws > 0 ? Self.pooledSentences(groups, estimates, level: level) : []
        sentences += pooled
        let folds = Self.foldSentences(groups, estimates)
        sentences += folds
        if draws > 0 { sentences += Self.unpooledSentences(groups, estimates) }
        if folds.isEmpty, hasFolds, !isPooled || draws > 0 && pooled.isEmpty {
            sentences.append("With fewer than \(FoldResults.fewest) folds there is no confidence interval.")
        }
        let metrics = estimates.map(\.metric)
        sentences += Self.sentences(
            groups.compactMap { group in
                group.missingClassesNote(metrics).map { (group.name, $0) }
            }, among: groups.filter { !$0.members.isEmpty }.map(\.name))
        let hasFoldDeviation = estimates.contains { $0.foldDeviation.isFinite }
        let hasSeedDeviation = estimates.contains { $0.seedDeviation.isFinite }
        if hasFoldDeviation || hasSeedDeviation {
            let parts =
                (hasFoldDeviation
                    ? ["between folds\(hasSeeds ? " (results averaged over seeds)" : "")"] : [])
                + (hasSeedDeviation ? ["between seeds (results over all folds)"] : [])
            sentences.append("SD: standard deviation \(parts.joined(separator: ", and ")).")
        }
        return sentences
    }

    /// The methods of the intervals of pooled predictions.
    static func pooledSentences(
        _ groups: [RunGroup], _ estimates: [GroupEstimate], level: Double
    ) -> [String] {
        sentences(
            zip(groups, estimates).filter { $1.pooled.method != nil || $1.pooled.absence != nil }.map {
                group, found in
                let note = IntervalNote(
                    unit: found.pooledUnit, units: found.pooled.units, method: found.pooled.method,
                    absence: found.pooled.absence,
                    metrics: found.pooled.method == nil
                        ? [found.metric] : Self.metrics(estimates) { $0.pooled.method },
                    level: level,
                    speakerIndependent: group.speakerIndependent
                ).text
                let models = group.members.count
                return (
                    group.name,
                    group.evaluatedOn == nil || models < 2 || found.pooled.method == nil
                        ? note : "\(note) They hold for these \(models) models; training is not resampled."
                )
            }, among: groups.filter { !$0.members.isEmpty }.map(\.name))
    }

    /// The metrics that have an interval in any of the rows.
    private static func metrics(
        _ estimates: [GroupEstimate], _ method: (GroupEstimate) -> ConfidenceInterval.Method?
    ) -> [String] {
        estimates.filter { method($0) != nil }.map(\.metric)
    }

    /// The reasons why pooled predictions have no interval where the mean of folds has one.
    static func unpooledSentences(_ groups: [RunGroup], _ estimates: [GroupEstimate]) -> [String] {
        sentences(
            zip(groups, estimates).filter { _, found in
                found.pooled.estimate.isFinite && found.pooled.method == nil && found.pooled.absence == nil
                    && found.folds.method != nil
            }.map { group, _ in
                let reason =
                    group.speakerIndependent == false
                    ? "test speakers are also in the training data, so clips are not independent, and folds are the independent units"
                    : "folds are the independent units"
                return (group.name, "The pooled result has no confidence interval: \(reason).")
            }, among: groups.filter { !$0.members.isEmpty }.map(\.name))
    }

    /// The methods of the intervals of the mean of folds.
    static func foldSentences(_ groups: [RunGroup], _ estimates: [GroupEstimate]) -> [String] {
        sentences(
            zip(groups, estimates).compactMap { group, found in
                if group.evaluatedOn != nil, found.folds.units > 1 {
                    return (
                        group.name,
                        "The mean of folds has no confidence interval: the folds were not evaluated on their own test sets."
                    )
                }
                return found.folds.method.map { method in
                    (
                        group.name,
                        "Interval of the mean of folds: \(method.words(of: metrics(estimates) { $0.folds.method })), over \(found.folds.units) folds. \(method.foldAssumption)"
                    )
                }
            }, among: groups.filter { !$0.members.isEmpty }.map(\.name))
    }

    /// Explains the differences and their tests.
    private func testSentences(
        _ metric: String, _ differences: [GroupDifference], _ unit: IndependentUnit, tests: Int
    ) -> [String] {
        let base = groups.first?.name ?? ""
        if groups.count > 1, draws > 0, unit != .folds, Metric(rawValue: metric) == nil {
            return [
                "There is no test of \(metric), which is computed per run, not per \(unit == .speakers ? "speaker" : "clip"); a test over folds is possible."
            ]
        }
        let used = zip(groups, differences).compactMap { group, difference in
            difference.test.map { (name: group.name, text: $0.words(unit, difference.units, draws: draws)) }
        }
        if !used.isEmpty {
            let grouped = Self.grouped(used)
            let words = grouped.map { entry in
                grouped.count == 1 ? entry.text : "\(entry.text) (\(entry.names.joined(separator: ", ")))"
            }.joined(separator: "; from ")
            let holm =
                tests > 1
                ? ", with Holm's correction for \(NumberText.count(tests, "comparison")) (Holm 1979)" : ""
            return [
                "Differences are relative to \(base) on the same \(unit == .folds ? "folds" : "clips"); p is from \(words)\(holm)."
            ]
        }
        let untested = differences.filter { $0.value.isFinite }
        guard !untested.isEmpty else { return [] }
        guard untested.contains(where: \.warnings.isEmpty) else {
            return ["Differences are relative to \(base). There is no test; see the warnings."]
        }
        let fewest = unit == .folds ? FoldResults.fewest : ClusterResampling.fewest
        return [
            "Differences are relative to \(base). There is no test: it requires at least \(fewest) \(unit == .speakers ? "test speakers" : unit.rawValue) with different results."
        ]
    }

    /// Returns the distinct texts in their order. Unless there is one for all groups, each begins with the names that it is about.
    static func sentences(
        _ entries: [(name: String, text: String)], among names: [String]
    ) -> [String] {
        let texts = grouped(entries)
        let (named, all) = (Set(entries.map(\.name)), Set(names))
        guard texts.count > 1 && named.count > 1 || named != all else { return texts.map(\.text) }
        return texts.map { "\($0.names.joined(separator: ", ")): \($0.text)" }
    }

    private static func grouped(
        _ entries: [(name: String, text: String)]
    ) -> [(text: String, names: [String])] {
        entries.reduce(into: []) { texts, entry in
            if let index = texts.firstIndex(where: { $0.text == entry.text }) {
                if !texts[index].names.contains(entry.name) { texts[index].names.append(entry.name) }
            } else {
                texts.append((entry.text, [entry.name]))
            }
        }
    }
}

extension GroupDifference.Test {
    /// The test, its units, its assumption and its reference.
    func words(_ unit: IndependentUnit, _ units: Int, draws: Int) -> String {
        let noun = NumberText.count(
            units, unit == .speakers ? "speaker" : unit == .folds ? "fold" : "clip")
        return switch self {
        case .permutation:
            "a two-sided permutation test (\(PairedTest.isExact(units, draws: draws) ? "all \(NumberText.count(1 << units))" : "\(NumberText.count(max(1, draws))) random") permutations) that exchanges the predictions of \(noun) (Good 2005), assuming that \(unit.rawValue) are independent"
        case .jackknife:
            "a paired t-test over \(noun) with a jackknife standard error (Efron and Stein 1981) and degrees of freedom from the mean of the number and the effective number of \(unit.rawValue) (Kish 1965), assuming that \(unit.rawValue) are independent"
        case .correctedStudent:
            "the corrected resampled t-test over \(noun) (Nadeau and Bengio 2003), which allows for overlapping training sets and assumes that the differences are normal"
        case .student:
            "a paired t-test over \(noun) (Student 1908), assuming that the differences of folds are independent and normally distributed"
        case .mcNemar:
            "McNemar's exact test over \(noun) (McNemar 1947), assuming that clips are independent: it describes these speakers only"
        }
    }
}
