/// A fitted regression model of gradient boosting.
public struct BoostingRegressor: Regressor, Equatable {
    /// The trees. Leaf values include the learning rate.
    public let ensemble: TreeEnsemble
    /// What the values of the trees are added to.
    public let baseline: Double
    /// The total gain of the splits by each feature.
    public let gainImportances: [Double]

    init(_ ensemble: TreeEnsemble, baseline: Double, gains: [Double]) {
        (self.ensemble, self.baseline, gainImportances) = (ensemble, baseline, gains)
    }

    public var features: Int { ensemble.features }
    /// The number of splits by each feature.
    public var splitImportances: [Int] { ensemble.splitCounts }

    public func predictions(_ x: Matrix) -> [Double] { ensemble.sums(x, baseline: [baseline]).values }

    public var arrays: [NamedArray] {
        ensemble.arrays + [
            NamedArray("baseline", shape: [1], [baseline]),
            NamedArray("gain_importances", shape: [features], gainImportances),
        ]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        ensemble = try TreeEnsemble(boosting: arrays)
        baseline = try arrays.finite("baseline", count: 1)[0]
        gainImportances = try arrays.finite("gain_importances", count: ensemble.features)
        guard ensemble.outputs == 1 else {
            throw FittingError("the array \"outputs\"", found: "\(ensemble.outputs)", allowed: "1")
        }
    }
}
