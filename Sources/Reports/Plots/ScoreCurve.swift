/// Scores of the training and the validation set as a function of one quantity, for learning and validation curves.
public struct ScoreCurve: Sendable {
    /// The values of the quantity.
    public var x: [Double]
    /// The scores of the training set: one array per value with one score per fold.
    public var training: [[Double]]
    /// The scores of the validation set: one array per value with one score per fold.
    public var validation: [[Double]]

    /// Creates a curve.
    public init(x: [Double], training: [[Double]], validation: [[Double]]) {
        (self.x, self.training, self.validation) = (x, training, validation)
    }

    /// The value with the best mean validation score; nil if there is none.
    public func best(isLowerBetter: Bool = false) -> Double? {
        let means = zip(x, validation).map { (x: $0, mean: Self.mean($1)) }.filter { $0.mean.isFinite }
        return means.reduce(nil) { (best: (x: Double, mean: Double)?, next) in
            guard let best else { return next }
            return (isLowerBetter ? next.mean < best.mean : next.mean > best.mean) ? next : best
        }?.x
    }

    /// The curves in ascending order of x: means over folds, with a band of one standard deviation on both sides.
    var series: [LineChart.Series] {
        [("training", training), ("validation", validation)].filter { !$0.1.isEmpty }.map(series)
    }

    private func series(_ name: String, _ scores: [[Double]]) -> LineChart.Series {
        let rows = zip(x, scores).filter { Scale.isDrawn($0.0) }.sorted { $0.0 < $1.0 }
        var series = LineChart.Series(name, points: rows.map { (x: $0.0, y: Self.mean($0.1)) })
        series.band = rows.compactMap { x, scores in
            let (mean, deviation) = (Self.mean(scores), Self.deviation(scores))
            return mean.isFinite ? (x, mean - deviation, mean + deviation) : nil
        }
        return series
    }

    /// The mean of the finite scores.
    private static func mean(_ scores: [Double]) -> Double {
        let drawn = scores.filter { Scale.isDrawn($0) }
        guard !drawn.isEmpty else { return .nan }
        return drawn.reduce(0) { $0 + $1 / Double(drawn.count) }
    }

    /// The standard deviation of the finite scores; 0 for a single one.
    private static func deviation(_ scores: [Double]) -> Double {
        let drawn = scores.filter { Scale.isDrawn($0) }
        guard drawn.count > 1 else { return 0 }
        let mean = mean(drawn)
        return (drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(drawn.count - 1)).squareRoot()
    }
}

extension LineChart {
    /// Creates a learning curve: scores as a function of the number of training examples.
    public static func learningCurve(
        title: String = "Learning curve", yName: String = "score", _ curve: ScoreCurve,
        isProportion: Bool = false
    ) -> LineChart {
        LineChart(
            title: title, xName: "training examples", yName: yName, series: curve.series,
            isProportion: isProportion)
    }

    /// Creates a validation curve: scores as a function of one hyperparameter, with its best value marked.
    public static func validationCurve(
        title: String = "Validation curve", parameter: String, yName: String = "score", _ curve: ScoreCurve,
        isProportion: Bool = false, isLowerBetter: Bool = false, xAxis: Axis = .linear
    ) -> LineChart {
        let best = curve.best(isLowerBetter: isLowerBetter).map {
            (x: $0, name: "best: \(NumberText.short($0))")
        }
        var chart = LineChart(
            title: title, xName: parameter, yName: yName, series: curve.series, isProportion: isProportion,
            mark: best)
        chart.xAxis = xAxis
        return chart
    }
}
