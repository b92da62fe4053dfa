/// A fitted linear classifier: scores are the products of the rows with one weight vector per class, plus a bias.
public struct LinearClassifier: Classifier, Equatable {
    /// The weights, [classes, features].
    public let weight: Matrix
    /// The bias of each class; -1e30 for a class without any row of the training set.
    public let bias: [Double]
    /// Whether the softmax of the decisions is a probability (logistic regression, discriminant analysis) and not only a
    /// ranking.
    public let isProbabilistic: Bool
    /// Whether the fit reached its tolerance within the iteration limit.
    public let converged: Bool

    init(weight: Matrix, bias: [Double], isProbabilistic: Bool, converged: Bool) {
        (self.weight, self.bias) = (weight, bias)
        (self.isProbabilistic, self.converged) = (isProbabilistic, converged)
    }

    /// Creates a classifier from the weights and biases of the present classes.
    init(
        _ rows: LabeledRows, weight: Matrix, bias: [Double], isProbabilistic: Bool, converged: Bool = true
    ) throws(FittingError) {
        try requireFinite(weight.values + bias, "coefficient")
        var full = Matrix(rows: rows.classes, columns: weight.columns)
        var fullBias = [Double](repeating: absentScore, count: rows.classes)
        for (index, label) in rows.present.enumerated() {
            for column in 0..<weight.columns { full[label, column] = weight[index, column] }
            fullBias[label] = bias[index]
        }
        self.init(weight: full, bias: fullBias, isProbabilistic: isProbabilistic, converged: converged)
    }

    /// Creates a classifier from one weight vector per class, or from a single one that separates the second class from
    /// the first.
    init(
        _ rows: LabeledRows, separating weight: Matrix, bias: [Double], scale: Double, isProbabilistic: Bool,
        converged: Bool
    ) throws(FittingError) {
        guard weight.rows == 1 else {
            try self.init(
                rows, weight: weight, bias: bias, isProbabilistic: isProbabilistic, converged: converged)
            return
        }
        let both = Matrix(
            rows: 2, columns: weight.columns,
            values: weight.values.map { -scale * $0 } + weight.values.map { scale * $0 })
        try self.init(
            rows, weight: both, bias: [-scale * bias[0], scale * bias[0]], isProbabilistic: isProbabilistic,
            converged: converged)
    }

    public var classes: Int { weight.rows }
    public var features: Int { weight.columns }

    /// Returns the product of each row with each weight vector, plus the biases.
    public func decisions(_ x: Matrix) -> Matrix {
        x.require(features: features)
        return x.productTransposed(weight, plus: bias)
    }

    /// Returns the softmax of the decisions. Only `isProbabilistic` classifiers are trained to make it a probability.
    public func probabilities(_ x: Matrix) -> Matrix { decisions(x).softmax() }

    public func scores(_ x: Matrix) -> Matrix { isProbabilistic ? decisions(x).logSoftmax() : decisions(x) }

    public var arrays: [NamedArray] {
        [
            NamedArray("weight", weight), NamedArray("bias", bias),
            NamedArray("probabilistic", isProbabilistic ? 1 : 0), NamedArray("converged", converged ? 1 : 0),
        ]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let weight = try reader.matrix("weight")
        guard weight.rows > 1, weight.columns > 0 else {
            throw FittingError(
                "the array \"weight\"", found: "shape [\(weight.rows), \(weight.columns)]",
                allowed: "at least two classes and one feature")
        }
        self.init(
            weight: weight, bias: try reader.vector("bias", count: weight.rows),
            isProbabilistic: try reader.flag("probabilistic"), converged: try reader.flag("converged"))
    }
}
