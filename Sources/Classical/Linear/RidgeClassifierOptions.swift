import Autograd

/// Ridge regression on targets 1 and -1, as scikit-learn's `RidgeClassifier`.
public struct RidgeClassifierOptions: ClassifierOptions {
    /// The strength of the regularization.
    public var alpha: Double
    /// Whether to fit an intercept.
    public var fitIntercept: Bool
    /// The weights of the classes.
    public var classWeight: ClassWeight

    /// Creates options.
    public init(alpha: Double = 1, fitIntercept: Bool = true, classWeight: ClassWeight = .none) {
        (self.alpha, self.fitIntercept, self.classWeight) = (alpha, fitIntercept, classWeight)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> LinearClassifier {
        try require("alpha", alpha, in: 0...Double.infinity)
        let rows = try LabeledRows(x, labels: labels, classes: classes, weights: weights)
        let outputs = rows.present.count == 2 ? 1 : rows.present.count
        var targets = Matrix(rows: rows.x.rows, columns: outputs, repeating: -1)
        for (row, label) in rows.labels.enumerated() {
            if outputs > 1 { targets[row, label] = 1 } else if label == 1 { targets[row, 0] = 1 }
        }
        let system = try RidgeSystem(
            rows.x, targets: targets, weights: try classWeight.rowWeights(rows), alpha: alpha,
            fitIntercept: fitIntercept)
        return try LinearClassifier(
            rows, separating: system.weight, bias: system.intercept, scale: 1, isProbabilistic: false,
            converged: true)
    }
}
