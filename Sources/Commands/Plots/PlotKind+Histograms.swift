import Reports

extension PlotKind {
    static let histograms = PlotKind(
        name: "histograms", summary: "features of the training set by class",
        options: [PlotOption.features, PlotOption.top]
    ) { try FeatureHistograms($0.featureTable()) }
}
