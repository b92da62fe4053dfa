import Foundation

/// A fitted classifier of gradient boosting.
public struct BoostingClassifier: Classifier, Equatable {
    /// The trees. With two classes they have one output, the log-odds of class 1; otherwise tree `i` belongs to the class
    /// `i % classes`. Leaf values include the learning rate.
    public let ensemble: TreeEnsemble
    /// What the values of the trees are added to, for each output.
    public let baseline: [Double]
    /// The total gain of the splits by each feature.
    public let gainImportances: [Double]

    init(_ ensemble: TreeEnsemble, baseline: [Double], gains: [Double]) {
        (self.ensemble, self.baseline, gainImportances) = (ensemble, baseline, gains)
    }

    public var features: Int { ensemble.features }
    public var classes: Int { max(2, ensemble.outputs) }
    /// The number of splits by each feature.
    public var splitImportances: [Int] { ensemble.splitCounts }

    /// Returns the raw scores: one per class, or the log-odds of class 1 if there are two classes.
    public func margins(_ x: Matrix) -> Matrix { ensemble.sums(x, baseline: baseline) }

    public func probabilities(_ x: Matrix) -> Matrix {
        var result = scores(x)
        for i in result.values.indices { result.values[i] = exp(result.values[i]) }
        return result
    }

    /// Returns the logarithms of the probabilities.
    public func scores(_ x: Matrix) -> Matrix {
        let margins = margins(x)
        var result = Matrix(rows: x.rows, columns: classes)
        for row in 0..<x.rows {
            if ensemble.outputs == 1 {
                let margin = margins[row, 0]
                let rest = log1p(exp(-abs(margin)))
                result[row, 0] = -max(0, margin) - rest
                result[row, 1] = -max(0, -margin) - rest
            } else {
                let values = margins[row: row]
                let largest = values.max() ?? 0
                let sum = log(values.reduce(0) { $0 + exp($1 - largest) }) + largest
                for (label, value) in values.enumerated() { result[row, label] = value - sum }
            }
        }
        return result
    }

    public var arrays: [NamedArray] {
        ensemble.arrays + [
            NamedArray("baseline", shape: [baseline.count], baseline),
            NamedArray("gain_importances", shape: [features], gainImportances),
        ]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        ensemble = try TreeEnsemble(boosting: arrays)
        baseline = try arrays.finite("baseline", count: ensemble.outputs)
        gainImportances = try arrays.finite("gain_importances", count: ensemble.features)
        guard ensemble.outputs != 2 else {
            throw FittingError(
                "the array \"outputs\"", found: "2", allowed: "1 for two classes, or at least 3")
        }
    }
}

extension TreeEnsemble {
    /// The number of splits by each feature.
    var splitCounts: [Int] {
        var counts = Array(repeating: 0, count: features)
        for node in nodes where !node.isLeaf { counts[Int(node.feature)] += 1 }
        return counts
    }

    /// Creates boosted trees, whose leaves have one value.
    init(boosting arrays: [NamedArray]) throws(FittingError) {
        try self.init(arrays: arrays)
        guard leafWidth == 1 else {
            throw FittingError(
                "the array \"leaf_values\"", found: "\(leafWidth) values per leaf", allowed: "1")
        }
    }
}
