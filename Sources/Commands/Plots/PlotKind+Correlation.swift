import Reports

extension PlotKind {
    static let correlation = PlotKind(
        name: "correlation", summary: "correlations of features on the training set",
        options: [PlotOption.features, PlotOption.top]
    ) { source in
        let rows = try source.rows(.train)
        let columns = try source.columns(rows, most: 40)
        return CorrelationPlot(
            names: columns.map { PlotSource.readable(rows.names[$0]) }, features: rows.columns(columns),
            isClustered: !source.arguments.has(PlotOption.features.name))
    }
}
