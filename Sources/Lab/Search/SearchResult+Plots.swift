import Configuration
import Foundation
import Metrics
import Reports

extension SearchResult {
    /// Reads the trials of a run's search.
    ///
    /// - Parameter file: The log of the trials.
    public init(_ search: SearchOptions, file: String) throws {
        try self.init(search, SearchLog(file).trials)
    }

    /// The plots of the search with their file names: the heat map or validation curve of all trials, and a validation curve of
    /// each numeric parameter where the others have their best values.
    public var plots: [(name: String, plot: any Plot)] {
        var plots: [(name: String, plot: any Plot)] = []
        if let plot { plots.append(("search", plot)) }
        let names = search.parameters.entries.map(\.name)
        guard names.count > 1 else { return plots }
        let full = trials.filter { $0.failure == nil && $0.request.budget == 1 }
        for axis in names.indices {
            let slice = full.filter { trial in
                names.indices.allSatisfy { $0 == axis || trial.request.values[$0].line == values[$0].line }
            }
            guard Self.distinct(slice.map { $0.request.values[axis] }).count > 2,
                let curve = curve(
                    slice, axis,
                    title: "Validation curve, other values as in the best trial")
            else { continue }
            plots.append(("search-curve-\(axis + 1)", curve))
        }
        return plots
    }

    /// The plot of all trials. It depends on the search:
    /// - a validation curve for one numeric parameter, bars for one parameter of other values
    /// - a heat map for two parameters or more, if the trials fill more than half of it, as in a grid
    /// - otherwise the values that were drawn as points: two numeric parameters with the scores in quarters, or a numeric
    ///   parameter against the score
    /// - the scores against the budget for successive halving
    ///
    /// Nil if no trial could be scored.
    public var plot: (any Plot)? {
        let scored = trials.filter { $0.failure == nil && !$0.mean.isNaN }
        guard !scored.isEmpty else { return nil }
        if scored.contains(where: { $0.request.budget < 1 }) { return budgetPlot(scored) }
        guard search.parameters.entries.count > 1 else { return curve(scored, 0) ?? bars(scored) }
        let grid = heatMap(scored)
        if let grid, grid.filled > 0.5 { return grid.plot }
        return points(scored) ?? grid?.plot
    }

    /// The heat map of two parameters, with the fraction of its cells that have a score.
    private func heatMap(_ trials: [Trial]) -> (plot: SearchHeatMap, filled: Double)? {
        guard let pair = plotted(trials) else { return nil }
        let names = search.parameters.entries.map(\.name)
        let values = pair.map { axis in Self.distinct(trials.map { $0.request.values[axis] }) }
        // Of the trials that share a cell, the best counts.
        var scores = Array(
            repeating: Array(repeating: Double.nan, count: values[0].count), count: values[1].count)
        for trial in trials {
            guard let x = values[0].firstIndex(of: trial.request.values[pair[0]]),
                let y = values[1].firstIndex(of: trial.request.values[pair[1]])
            else { continue }
            let score = shown(trial.mean)
            let isBetter = search.isMinimized ? score < scores[y][x] : score > scores[y][x]
            if scores[y][x].isNaN || isBetter { scores[y][x] = score }
        }
        let map = SearchHeatMap(
            title: "Hyperparameter search"
                + (names.count == 2 ? "" : search.isMinimized ? " (minimum)" : " (maximum)"),
            xName: names[pair[0]], xValues: values[0].map(Self.label), yName: names[pair[1]],
            yValues: values[1].map(Self.label), scores: scores, scoreName: search.metric,
            isProportion: Metric.isProportion(search.metric), isLowerBetter: search.isMinimized)
        let filled = scores.joined().count { !$0.isNaN }
        return (map, Double(filled) / Double(values[0].count * values[1].count))
    }

    /// The best trial in a line.
    private var bestNote: String {
        let chosen = named.entries.map { "\($0.name) \(Self.label($0.value))" }.joined(separator: ", ")
        return "best \(search.metric) \(text(trials[best].mean)): \(chosen)"
    }

    private func text(_ score: Double) -> String {
        Metric.isProportion(search.metric)
            ? NumberText.percent(shown(score)) : NumberText.short(shown(score))
    }

    /// The trials as points. Nil without a numeric parameter of different values.
    private func points(_ scored: [Trial]) -> (any Plot)? {
        let counts = search.parameters.entries.indices.map { axis in
            let values = scored.map { $0.request.values[axis] }
            return (
                axis: axis, count: Self.distinct(values).count,
                isNumeric: values.allSatisfy { $0.double != nil }
            )
        }.filter { $0.count > 1 }.sorted { ($1.count, $0.axis) < ($0.count, $1.axis) }
        guard let first = counts.first(where: \.isNumeric) else { return nil }
        let x = coordinates(scored, first.axis)
        guard let second = counts.first(where: { $0.isNumeric && $0.axis != first.axis }) else {
            let kinds = counts.first { !$0.isNumeric }
            let groups =
                kinds.map { kind in Self.distinct(scored.map { $0.request.values[kind.axis] }) } ?? []
            let labels = kinds.map { kind in
                scored.map { groups.firstIndex(of: $0.request.values[kind.axis]) ?? 0 }
            }
            return ScatterPlot(
                title: "Hyperparameter search", note: bestNote,
                points: zip(x.values, scored).map { ($0, shown($1.mean)) }, labels: labels ?? [],
                groups: groups.map(Self.label), axes: (x.name, search.metric))
        }
        let y = coordinates(scored, second.axis)
        let order = scored.indices.sorted {
            scored[$0].mean == scored[$1].mean ? $0 < $1 : scored[$0].mean > scored[$1].mean
        }
        let parts = min(4, scored.count)
        var labels = Array(repeating: 0, count: scored.count)
        var groups: [String] = []
        for part in 0..<parts {
            let members = order[part * order.count / parts..<(part + 1) * order.count / parts]
            for index in members { labels[index] = part }
            let ends = [members.last, members.first].compactMap { $0 }.map { text(scored[$0].mean) }
            groups.append(ends[0] == ends[1] ? ends[0] : "\(ends[0]) to \(ends[1])")
        }
        return ScatterPlot(
            title: "Hyperparameter search", note: bestNote,
            points: zip(x.values, y.values).map { ($0, $1) }, labels: labels, groups: groups,
            axes: (x.name, y.name))
    }

    /// The values of a numeric parameter, or their logarithms, with the label of the axis.
    private func coordinates(_ trials: [Trial], _ axis: Int) -> (values: [Double], name: String) {
        let values = trials.compactMap { $0.request.values[axis].double }
        let name = search.parameters.entries[axis].name
        guard scale(axis, values.sorted()) == .logarithmic else { return (values, name) }
        return (values.map { log10($0) }, "log10 of \(name)")
    }

    /// The scores of successive halving against the budget.
    private func budgetPlot(_ scored: [Trial]) -> any Plot {
        let largest = scored.reduce(into: [[String]: Double]()) { largest, trial in
            let key = trial.request.values.map(\.line)
            largest[key] = max(largest[key] ?? 0, trial.request.budget)
        }
        let labels = scored.map { trial in
            if trial.request.values == values { return 2 }
            return trial.request.budget < largest[trial.request.values.map(\.line)] ?? 0 ? 1 : 0
        }
        return ScatterPlot(
            title: "Hyperparameter search", note: bestNote,
            points: scored.map { ($0.request.budget, shown($0.mean)) }, labels: labels,
            groups: ["stopped", "continued", "best"],
            axes: ("budget, as a fraction of the full training", search.metric))
    }

    /// The scores of the values of a parameter that is not numeric, with the standard deviation over the folds.
    private func bars(_ scored: [Trial]) -> any Plot {
        let isProportion = Metric.isProportion(search.metric)
        var chart = BarChart(
            title: "Hyperparameter search", xName: search.metric,
            bars: Self.distinct(scored.map { $0.request.values[0] }).compactMap {
                value -> BarChart.Bar? in
                guard let trial = scored.first(where: { $0.request.values[0].line == value.line }) else {
                    return nil
                }
                let (mean, spread) = (shown(trial.mean), Self.deviation(trial.scores))
                let (low, high) = (mean - spread, mean + spread)
                return BarChart.Bar(
                    Self.label(trial.request.values[0]), mean, low: isProportion ? max(low, 0) : low,
                    high: isProportion ? min(high, 1) : high)
            }, isProportion: isProportion)
        if scored.contains(where: { $0.scores.count > 1 }) {
            chart.note = "intervals: one standard deviation over the folds on both sides"
        }
        return chart
    }

    /// The two parameters with the most different values, if they are few enough for a heat map.
    private func plotted(_ trials: [Trial]) -> [Int]? {
        let counts = search.parameters.entries.indices.map { axis in
            (axis: axis, count: Self.distinct(trials.map { $0.request.values[axis] }).count)
        }.filter { (2...20).contains($0.count) }
        let chosen = counts.sorted { $0.count == $1.count ? $0.axis < $1.axis : $0.count > $1.count }.prefix(
            2)
        return chosen.count == 2 ? chosen.map(\.axis).sorted() : nil
    }

    private func curve(
        _ trials: [Trial], _ axis: Int, title: String = "Validation curve"
    ) -> (any Plot)? {
        let name = search.parameters.entries[axis].name
        var points: [(x: Double, scores: [Double])] = []
        for trial in trials {
            guard let x = trial.request.values[axis].double else { return nil }
            points.append((x, trial.scores.map(shown)))
        }
        points.sort { $0.x < $1.x }
        guard points.count > 1 else { return nil }
        return LineChart.validationCurve(
            title: title, parameter: name, yName: search.metric,
            ScoreCurve(x: points.map(\.x), training: [], validation: points.map(\.scores)),
            isProportion: Metric.isProportion(search.metric), isLowerBetter: search.isMinimized,
            xAxis: scale(axis, points.map(\.x)))
    }

    /// The axis for ascending values of a parameter: logarithmic for log-uniform draws.
    private func scale(_ axis: Int, _ values: [Double]) -> LineChart.Axis {
        if case .second(let range) = search.parameters.entries[axis].value,
            range.value is LogUniformRange
        {
            return .logarithmic
        }
        return Self.axis(values)
    }

    /// Returns the axis for ascending values: logarithmic if they span orders of magnitude and are more even there.
    private static func axis(_ values: [Double]) -> LineChart.Axis {
        guard let low = values.first, let high = values.last, low > 0, high >= 10 * low else {
            return .linear
        }
        func largestGap(_ places: [Double]) -> Double {
            let gaps = zip(places, places.dropFirst()).map { $1 - $0 }
            return (gaps.max() ?? 0) / gaps.reduce(0, +)
        }
        return largestGap(values.map { log($0) }) < largestGap(values) ? .logarithmic : .linear
    }

    /// A value for readers, who do not need all digits of a number that was drawn.
    private static func label(_ value: JSONValue) -> String {
        if let number = value.double, value.line.count > 6 { return NumberText.short(number) }
        return value.text ?? value.line
    }

    /// Different values, numbers in ascending order.
    private static func distinct(_ values: [JSONValue]) -> [JSONValue] {
        var seen: Set<String> = []
        let sorted =
            values.allSatisfy { $0.double != nil }
            ? values.sorted { ($0.double ?? 0) < ($1.double ?? 0) } : values
        return sorted.filter { seen.insert($0.line).inserted }
    }
}
