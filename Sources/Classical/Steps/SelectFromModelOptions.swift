import Autograd

/// Selects the columns that are most important to a random forest, as scikit-learn's `SelectFromModel`.
public struct SelectFromModelOptions: TransformerOptions {
    /// The forest whose impurity importances are used.
    public var forest: RandomForestOptions
    /// The number of columns; nil for those with at least the mean importance. Of equal importances, the first columns are
    /// selected.
    public var maxFeatures: Int?

    /// Creates options.
    public init(forest: RandomForestOptions = RandomForestOptions(), maxFeatures: Int? = nil) {
        (self.forest, self.maxFeatures) = (forest, maxFeatures)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> ColumnSelection {
        if let maxFeatures, !(1...x.columns).contains(maxFeatures) {
            throw FittingError(
                "\"max_features\"", found: "\(maxFeatures)", allowed: "1 to the \(x.columns) columns")
        }
        let importances = try forest.fit(
            x, labels: labels, classes: classes, weights: nil, generator: generator
        ).featureImportances
        let order = importances.indices.sorted {
            importances[$0] == importances[$1] ? $0 < $1 : importances[$0] > importances[$1]
        }
        let mean = importances.reduce(0, +) / Double(importances.count)
        let chosen = maxFeatures.map { order.prefix($0) } ?? order.prefix { importances[$0] >= mean }
        return try ColumnSelection(columns: chosen.isEmpty ? [order[0]] : chosen.sorted(), of: x.columns)
    }
}
