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

    /// A heat map for two parameters, a validation curve for one numeric parameter; nil for other searches.
    public var plot: (any Plot)? {
        let names = search.parameters.entries.map(\.name)
        let full = trials.filter { $0.failure == nil && $0.request.budget == 1 }
        if names.count == 1 { return curve(full, 0) }
        guard let pair = plotted(full) else { return nil }
        let values = pair.map { axis in Self.distinct(full.map { $0.request.values[axis] }) }
        // Of the trials that share a cell, the best counts.
        var scores = Array(
            repeating: Array(repeating: Double.nan, count: values[0].count), count: values[1].count)
        for trial in full {
            guard let x = values[0].firstIndex(of: Self.label(trial.request.values[pair[0]])),
                let y = values[1].firstIndex(of: Self.label(trial.request.values[pair[1]]))
            else { continue }
            let score = shown(trial.mean)
            let isBetter = search.isMinimized ? score < scores[y][x] : score > scores[y][x]
            if scores[y][x].isNaN || isBetter { scores[y][x] = score }
        }
        return SearchHeatMap(
            title: "Hyperparameter search"
                + (names.count == 2 ? "" : search.isMinimized ? " (minimum)" : " (maximum)"),
            xName: names[pair[0]], xValues: values[0], yName: names[pair[1]], yValues: values[1],
            scores: scores, scoreName: search.metric, isProportion: Metric.isProportion(search.metric),
            isLowerBetter: search.isMinimized)
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
            xAxis: Self.axis(points.map(\.x)))
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

    private static func label(_ value: JSONValue) -> String { value.text ?? value.line }

    private static func distinct(_ values: [JSONValue]) -> [String] {
        var seen: Set<String> = []
        let sorted =
            values.allSatisfy { $0.double != nil }
            ? values.sorted { ($0.double ?? 0) < ($1.double ?? 0) } : values
        return sorted.map(label).filter { seen.insert($0).inserted }
    }
}
