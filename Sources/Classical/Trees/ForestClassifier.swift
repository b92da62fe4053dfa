import Foundation

/// A fitted decision tree or forest of classification trees.
public struct ForestClassifier: Classifier, Equatable {
    /// The trees; each leaf has the class proportions.
    public let ensemble: TreeEnsemble
    /// The fraction of the decrease in impurity that each feature contributes; the sum is 1.
    public let featureImportances: [Double]
    /// The out-of-bag predictions, if requested. They are not saved with the model.
    public let outOfBag: OutOfBag?

    init(_ ensemble: TreeEnsemble, importances: [Double], outOfBag: OutOfBag?) {
        (self.ensemble, featureImportances, self.outOfBag) = (ensemble, importances, outOfBag)
    }

    public var features: Int { ensemble.features }
    public var classes: Int { ensemble.outputs }

    public func probabilities(_ x: Matrix) -> Matrix {
        var result = ensemble.sums(x, baseline: Array(repeating: 0, count: classes))
        let trees = Double(ensemble.trees)
        for i in result.values.indices { result.values[i] /= trees }
        return result
    }

    /// Returns the logarithms of the probabilities, which are -infinity where a probability is 0.
    public func scores(_ x: Matrix) -> Matrix {
        var result = probabilities(x)
        for i in result.values.indices { result.values[i] = log(result.values[i]) }
        return result
    }

    public var arrays: [NamedArray] {
        ensemble.arrays + [NamedArray("feature_importances", shape: [features], featureImportances)]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        ensemble = try TreeEnsemble(arrays: arrays)
        featureImportances = try arrays.finite("feature_importances", count: ensemble.features)
        outOfBag = nil
        guard ensemble.leafWidth == ensemble.outputs else {
            throw FittingError(
                "the array \"leaf_values\"", found: "1 value per leaf", allowed: "\(ensemble.outputs) values")
        }
        if let value = ensemble.leafValues.first(where: { !(0...1.001).contains($0) }) {
            throw FittingError(
                "the array \"leaf_values\"", found: "\(value)", allowed: "proportions in 0...1")
        }
    }
}
