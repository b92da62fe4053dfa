import Reports

extension PlotKind {
    static let violins = PlotKind(
        name: "violins", summary: "features of the training set by class",
        options: [PlotOption.features, PlotOption.top]
    ) { try FeatureViolins($0.featureTable()) }
}
