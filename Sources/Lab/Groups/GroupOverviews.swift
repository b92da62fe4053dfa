import Configuration
import Metrics
import Reports

/// Tables of groups of runs: all metrics, by fold, by speaker.
public struct GroupOverviews: Sendable {
    private let groups: [RunGroup]
    private let metrics: [String]

    /// Tables of these groups.
    ///
    /// - Parameter metrics: The names of the metrics in the order of the tables; those that no run has are left out.
    public init(_ groups: [RunGroup], metrics: [String]) {
        self.groups = groups
        self.metrics = metrics.filter { name in
            groups.contains { $0.members.contains { $0.metrics[name] != nil } }
        }
    }

    private var isSingle: Bool { groups.count == 1 }

    /// Every metric: pooled and as the mean of folds, each with its interval, and the spread between folds and between seeds.
    ///
    /// - Parameter unit: The independent units; nil for the default of each group.
    public func allMetrics(unit: IndependentUnit? = nil, level: Double, draws: Int) -> ValueTable {
        let groups = groups.filter { !$0.members.isEmpty }
        var (named, estimates): ([RunGroup], [GroupEstimate]) = ([], [])
        let rows = groups.flatMap { group in
            metrics.map { metric -> [ValueTable.Cell] in
                let found = GroupEstimate(
                    group, metric, unit: unit ?? group.unit, level: level, hasIntervals: draws > 0)
                if Metric(rawValue: metric) != nil {
                    named.append(group)
                    estimates.append(found)
                }
                let isProportion = Metric.isProportion(metric)
                return [.text(group.name), .text(metric)]
                    + [
                        found.pooled.estimate, found.pooled.low, found.pooled.high, found.folds.estimate,
                        found.folds.low, found.folds.high, found.foldDeviation, found.seedDeviation,
                    ].map { .value($0, isProportion: isProportion) }
            }
        }
        let sentences = GroupTable(groups: named, level: level, draws: draws).estimateSentences(estimates)
        let unpooled = metrics.filter { Metric(rawValue: $0) == nil }
        return table(
            "All metrics",
            [
                "variant", "metric", "pooled", "low", "high", "mean of folds", "low of folds",
                "high of folds", "SD over folds", "SD over seeds",
            ], rows,
            (sentences
                + unpooled.map {
                    "The \($0) is not pooled: it can include class weights and penalties of a run."
                })
                .joined(separator: " "))
    }

    /// Returns the JSON of a table, with the tables by fold and by speaker under `folds` and `speakers`.
    func json(with table: JSONValue) -> JSONValue {
        var json = table
        json["folds"] = byFold.json
        let speakers = bySpeaker
        if !speakers.rows.isEmpty { json["speakers"] = speakers.json }
        return json
    }

    private func table(
        _ title: String, _ columns: [String], _ rows: [[ValueTable.Cell]], _ note: String
    ) -> ValueTable {
        var table = ValueTable(title: title, columns: columns, rows: rows, note: note)
        table.protocolText = GroupTable(groups: groups, level: 0.95, draws: 0).protocolText
        return table
    }

    /// The metrics on each fold, averaged over seeds.
    public var byFold: ValueTable {
        let rows = groups.flatMap { group in
            group.folds.map { fold -> [ValueTable.Cell] in
                let runs = group.members.filter { $0.fold == fold }
                let clips = runs.first?.predictions?.ids.count
                var cells: [ValueTable.Cell] = isSingle ? [] : [.text(group.name)]
                cells.append(.text("fold \(fold)"))
                cells.append(clips.map { .count($0) } ?? .number(.nan))
                cells.append(.count(runs.count))
                for metric in metrics {
                    let values = runs.compactMap { $0.metrics[metric] }
                    let mean = values.reduce(0, +) / Double(values.count)
                    cells.append(.value(mean, isProportion: Metric.isProportion(metric)))
                }
                return cells
            }
        }
        return table(
            "By fold", (isSingle ? [] : ["variant"]) + ["fold", "clips", "runs"] + metrics, rows,
            (["Averaged over the runs of a fold, one per seed."]
                + GroupTable.sentences(
                    groups.compactMap { group in
                        group.missingClassesNote(metrics).map { (group.name, $0) }
                    }, among: groups.map(\.name)))
                .joined(separator: " "))
    }

    /// Accuracy and UAR for each speaker, averaged over seeds, or the first two metrics without classes. Has no rows if speakers are not
    /// known.
    public var bySpeaker: ValueTable {
        let hasClasses = groups.allSatisfy {
            $0.members.allSatisfy { $0.predictions.map { $0.classification != nil } ?? true }
        }
        let shown =
            hasClasses ? [.accuracy, .uar] : Array(metrics.compactMap { Metric(rawValue: $0) }.prefix(2))
        let rows = groups.flatMap { group -> [[ValueTable.Cell]] in
            guard let pooled = group.pooled, let speakers = pooled.first?.knownSpeakers else { return [] }
            return speakers.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { speaker in
                let own = pooled.map { all in
                    all.selecting(all.speakers.indices.filter { all.speakers[$0] == speaker })
                }.filter { !$0.ids.isEmpty }
                func mean(_ metric: Metric) -> Double {
                    own.reduce(0) { $0 + ((try? metric.value(of: $1)) ?? .nan) }
                        / Double(own.count)
                }
                var cells: [ValueTable.Cell] = isSingle ? [] : [.text(group.name)]
                cells += [.text(speaker), .count(own.first?.ids.count ?? 0)]
                cells += shown.map { .value(mean($0), isProportion: $0.isProportion) }
                return cells
            }
        }
        return table(
            "By speaker", (isSingle ? [] : ["variant"]) + ["speaker", "clips"] + shown.map(\.name), rows,
            "Averaged over seeds."
                + (hasClasses
                    ? " The UAR of a speaker averages over the classes in that speaker's clips." : ""))
    }
}
