import Metrics
import Reports

/// Compares groups of runs in one metric, the first of them being the base.
struct GroupTable {
    var groups: [RunGroup]
    var level: Double
    /// Of bootstrap and permutation; 0 leaves intervals and tests of pooled predictions out.
    var draws: Int
    /// What is independent; nil for what the groups allow.
    var unit: RunGroup.Unit?

    /// The unit that is used: the one that all groups have, or the first that all can do with.
    var usedUnit: RunGroup.Unit {
        if let unit { return unit }
        let units = groups.filter { !$0.members.isEmpty }.map(\.unit)
        if units.allSatisfy({ $0 == .speakers }) { return .speakers }
        return groups.allSatisfy { $0.folds.count >= FoldResults.fewest } ? .folds : .clips
    }

    /// The table and what makes its tests less than they seem.
    func table(_ figure: String, title: String) -> (table: ResultTable, warnings: [String]) {
        let unit = usedUnit
        var rows: [ResultTable.Row] = []
        var differences: [GroupDifference] = []
        for (index, group) in groups.enumerated() {
            let found = GroupEstimate(group, figure, unit: unit, level: level, draws: draws)
            rows.append(
                ResultTable.Row(
                    group.name, pooled: found.pooled, folds: found.folds,
                    foldDeviation: found.foldDeviation, seedDeviation: found.seedDeviation,
                    runs: group.members.count))
            var difference = GroupDifference()
            if index > 0, draws > 0 {
                difference = GroupDifference(
                    group, from: groups[0], figure, unit: unit, draws: draws)
                rows[index].difference = difference.value
                rows[index].pValue = difference.pValue
            }
            differences.append(difference)
        }
        let tested = rows.indices.filter { rows[$0].pValue.isFinite }
        for (index, p) in zip(tested, PairedTest.holm(tested.map { rows[$0].pValue })) {
            rows[index].pValue = p
        }
        let table = ResultTable(
            title: title, figure: figure, isShare: Figure.isShare(figure), rows: rows, level: level,
            note: note(rows, differences, unit, tests: tested.count),
            protocolText: groups.first?.protocolText ?? "")
        return (table, differences.flatMap(\.warnings))
    }

    private func note(
        _ rows: [ResultTable.Row], _ differences: [GroupDifference], _ unit: RunGroup.Unit, tests: Int
    ) -> String {
        var sentences: [String] = []
        let isPooled = rows.contains { $0.pooled.estimate.isFinite }
        let hasFolds = rows.contains { $0.folds.units > 1 }
        let hasSeeds = groups.contains { $0.seeds.count > 1 }
        if isPooled, hasFolds {
            sentences.append(
                "Pooled: computed from the test predictions of all folds together\(hasSeeds ? ", averaged over seeds" : "")."
            )
        }
        if let first = rows.first(where: { $0.pooled.estimate.isFinite }), draws > 0 {
            sentences.append(
                IntervalNote(
                    unit: unit == .speakers ? .speakers : .clips, units: first.pooled.units,
                    method: first.pooled.method, level: level,
                    speakerIndependent: groups.first?.speakerIndependent
                ).text)
        }
        if let first = rows.first(where: { $0.folds.method != nil }), let method = first.folds.method {
            sentences.append("Interval of the mean of folds: \(method.words), \(first.folds.units) folds.")
        } else if !isPooled, hasFolds {
            sentences.append("With fewer than \(FoldResults.fewest) folds there is no confidence interval.")
        }
        let hasFoldDeviation = rows.contains { $0.foldDeviation.isFinite }
        let hasSeedDeviation = rows.contains { $0.seedDeviation.isFinite }
        if hasFoldDeviation || hasSeedDeviation {
            let parts =
                (hasFoldDeviation
                    ? ["between folds\(hasSeeds ? " of the results averaged over seeds" : "")"] : [])
                + (hasSeedDeviation ? ["between seeds of the results over all folds"] : [])
            sentences.append("SD: standard deviation \(parts.joined(separator: ", and ")).")
        }
        if let used = differences.first(where: { $0.test != nil }), let test = used.test {
            sentences.append(
                "Differences are from \(groups[0].name) on the same \(unit == .folds ? "folds" : "clips"); p by \(test.words(unit, used.units))"
                    + (tests > 1
                        ? ", with Holm's correction for \(NumberText.count(tests, "comparison")) (Holm 1979)."
                        : "."))
        } else if differences.contains(where: { $0.value.isFinite }) {
            let fewest = unit == .folds ? FoldResults.fewest : ClusterResampling.fewest
            sentences.append(
                "Differences are from \(groups[0].name). There is no test: it needs at least \(fewest) \(unit == .speakers ? "test speakers" : unit.rawValue) that differ."
            )
        }
        return sentences.joined(separator: " ")
    }
}

extension GroupDifference.Test {
    /// The test, its units, its assumption and its reference.
    func words(_ unit: RunGroup.Unit, _ units: Int) -> String {
        let noun = NumberText.count(
            units, unit == .speakers ? "speaker" : unit == .folds ? "fold" : "clip")
        return switch self {
        case .permutation:
            "a two-sided permutation test that exchanges the predictions of \(noun) (Good 2005), assuming that \(unit.rawValue) are independent"
        case .jackknife:
            "a paired t-test over \(noun) with a jackknife standard error (Efron and Stein 1981), assuming that \(unit.rawValue) are independent"
        case .correctedStudent:
            "the corrected resampled t-test over \(noun) (Nadeau and Bengio 2003), which allows for overlapping training sets"
        case .student: "a paired t-test over \(noun), assuming that folds are independent"
        case .mcNemar:
            "McNemar's exact test over \(noun) (McNemar 1947), assuming that clips are independent: it describes these speakers only"
        }
    }
}
