import Metrics
import Reports

/// Every metric by the values of a column, such as gender: with intervals, the worst group, and its gap to the best one.
public struct GroupMetrics: Sendable {
    /// A metric of one group.
    public struct Row: Sendable {
        /// The column and the value that the clips of the group share.
        public let column: String, group: String
        /// The metric.
        public let metric: Metric
        /// The number of clips, and of speakers if they are known.
        public let clips: Int, speakers: Int?
        /// The metric of the group.
        public let interval: ConfidenceInterval
    }

    /// The gap between the groups of a column in a metric.
    public struct Gap: Sendable {
        /// The column.
        public let column: String
        /// The metric.
        public let metric: Metric
        /// The groups with the worst and the best result.
        public let worst: Row, best: Row
        /// The best minus the worst result, or the reverse for a metric that should be low: never negative.
        public let interval: ConfidenceInterval
    }

    /// The rows by column, metric and group.
    public private(set) var rows: [Row] = []
    /// The gaps by column and metric; none for a column with one group.
    public private(set) var gaps: [Gap] = []
    private let level: Double

    /// Computes metrics by group.
    ///
    /// - Parameters:
    ///   - models: The predictions of one or more models for the same clips, such as one per seed.
    ///   - columns: For each column the value of each clip that has one.
    ///   - unit: The independent units; for the groups of the column `speaker`, they are clips.
    public init(
        _ models: [Predictions], columns: [(name: String, values: [String: String])], metrics: [Metric],
        unit: ClusteredMetric.Unit, level: Double
    ) {
        self.level = level
        for column in columns {
            let groups = Set(models.flatMap(\.ids).compactMap { column.values[$0] }).sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
            let parts = groups.map { group in
                models.map { all in
                    all.selecting(all.ids.indices.filter { column.values[all.ids[$0]] == group })
                }.filter { !$0.ids.isEmpty }
            }
            let own: ClusteredMetric.Unit = column.name == "speaker" ? .clips : unit
            for metric in metrics {
                add(metric, column.name, zip(groups, parts).map { ($0, $1) }, own)
            }
        }
    }

    private mutating func add(
        _ metric: Metric, _ column: String, _ groups: [(name: String, models: [Predictions])],
        _ unit: ClusteredMetric.Unit
    ) {
        var found: [(row: Row, clustered: ClusteredMetric)] = []
        for group in groups {
            guard let clustered = try? ClusteredMetric(metric, group.models, by: unit),
                clustered.estimate.isFinite
            else { continue }
            found.append(
                (
                    Row(
                        column: column, group: group.name, metric: metric, clips: group.models[0].ids.count,
                        speakers: group.models[0].knownSpeakers?.count,
                        interval: ClusterResampling.interval(clustered, level: level)), clustered
                ))
        }
        rows += found.map(\.row)
        let order = found.sorted {
            metric.higherIsBetter
                ? $0.clustered.estimate < $1.clustered.estimate
                : $0.clustered.estimate > $1.clustered.estimate
        }
        guard let worst = order.first, let best = order.last, order.count > 1 else { return }
        let (more, less) = metric.higherIsBetter ? (best, worst) : (worst, best)
        gaps.append(
            Gap(
                column: column, metric: metric, worst: worst.row, best: best.row,
                interval: ClusterResampling.difference(more.clustered, less.clustered, level: level)))
    }
}

extension GroupMetrics {
    /// The metrics of each group.
    public var table: ValueTable {
        ValueTable(
            title: "Metrics by group",
            columns: ["column", "group", "metric", "clips", "speakers", "value", "low", "high"],
            rows: rows.map { row in
                func value(_ value: Double) -> ValueTable.Cell {
                    .value(value, isProportion: row.metric.isProportion)
                }
                return [
                    .text(row.column), .text(row.group), .text(row.metric.name), .count(row.clips),
                    row.speakers.map { .count($0) } ?? .number(.nan), value(row.interval.estimate),
                    value(row.interval.low), value(row.interval.high),
                ]
            },
            note:
                "\(IntervalNote.percent(level)) confidence intervals: skewness-corrected t intervals with a jackknife standard error over the speakers of a group, or over its clips. A group with fewer than \(ClusterResampling.fewest) speakers has no interval."
        )
    }

    /// The gaps between the worst and the best group.
    public var gapTable: ValueTable {
        ValueTable(
            title: "Gaps between groups",
            columns: [
                "column", "metric", "worst group", "value", "best group", "value of the best", "gap", "low",
                "high",
            ],
            rows: gaps.map { gap in
                func value(_ value: Double) -> ValueTable.Cell {
                    .value(value, isProportion: gap.metric.isProportion)
                }
                return [
                    .text(gap.column), .text(gap.metric.name), .text(gap.worst.group),
                    value(gap.worst.interval.estimate), .text(gap.best.group),
                    value(gap.best.interval.estimate), value(gap.interval.estimate),
                    value(gap.interval.low), value(gap.interval.high),
                ]
            },
            note:
                "Gap: \(IntervalNote.percent(level)) confidence interval, computed from t intervals of both groups without a correction for skewness (Zou and Donner 2008, with Welch's degrees of freedom), if both have at least \(ClusterResampling.fewest) speakers. For the column speaker, the intervals are over clips: they describe other clips of these speakers. With more than two groups, the worst and the best are selected on the same data, so the gap is biased upward."
        )
    }

    /// Both tables as HTML; empty without groups.
    var html: String { rows.isEmpty ? "" : (gaps.isEmpty ? "" : gapTable.html) + table.html }
}
