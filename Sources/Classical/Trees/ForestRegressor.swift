/// A fitted regression tree or forest of regression trees.
public struct ForestRegressor: Regressor, Equatable {
    /// The trees; each leaf has the mean of its targets.
    public let ensemble: TreeEnsemble
    /// The fraction of the decrease in variance that each feature contributes; the sum is 1.
    public let featureImportances: [Double]
    /// The out-of-bag predictions, if requested. They are not saved with the model.
    public let outOfBag: OutOfBag?

    init(_ ensemble: TreeEnsemble, importances: [Double], outOfBag: OutOfBag?) {
        (self.ensemble, featureImportances, self.outOfBag) = (ensemble, importances, outOfBag)
    }

    public var features: Int { ensemble.features }

    public func predictions(_ x: Matrix) -> [Double] {
        let trees = Double(ensemble.trees)
        return ensemble.sums(x, baseline: [0]).values.map { $0 / trees }
    }

    public var arrays: [NamedArray] {
        ensemble.arrays + [NamedArray("feature_importances", shape: [features], featureImportances)]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        ensemble = try TreeEnsemble(arrays: arrays)
        featureImportances = try arrays.finite("feature_importances", count: ensemble.features)
        outOfBag = nil
        guard ensemble.outputs == 1 else {
            throw FittingError("the array \"outputs\"", found: "\(ensemble.outputs)", allowed: "1")
        }
    }
}
