import Reports

/// The importances of features, of one kind.
public struct FeatureImportances: Sendable {
    /// The title of the chart.
    public var title: String
    /// The label of the axis: what the values measure.
    public var measure: String
    /// The names of the features or of the feature families.
    public var names: [String]
    /// The importance of each.
    public var values: [Double]
    /// The confidence interval of each; empty if unknown.
    public var intervals: [ClosedRange<Double>]
    /// What the intervals cover; empty without intervals.
    public var intervalNote: String

    /// Creates importances.
    public init(
        title: String, measure: String, names: [String], values: [Double],
        intervals: [ClosedRange<Double>] = [], intervalNote: String = ""
    ) {
        (self.title, self.measure) = (title, measure)
        (self.names, self.values, self.intervals) = (names, values, intervals)
        self.intervalNote = intervalNote
    }

    /// The importances as bars in descending order.
    ///
    /// - Parameter limit: The number of bars.
    public func chart(limit: Int = 20) -> BarChart {
        var chart = BarChart.importances(
            title: title, xName: measure, names.map { $0.replacing("_", with: " ") }, values,
            intervals: intervals.map { Optional($0) }, limit: limit)
        chart.note = intervalNote
        return chart
    }
}
