import Autograd

/// (Multinomial) logistic regression with scikit-learn's objective: C times the sum of the weighted losses plus the
/// penalty of the weights. The intercept is not penalized.
public struct LogisticRegressionOptions: ClassifierOptions {
    /// The penalty of the weights.
    public enum Penalty: Sendable, Equatable {
        /// No penalty.
        case none
        /// Half the squares.
        case l2
        /// The absolute values.
        case l1
        /// `l1_ratio` times the absolute values plus 1 - `l1_ratio` times half the squares.
        case elasticNet(l1Ratio: Double)
    }

    /// The penalty.
    public var penalty: Penalty
    /// The inverse strength of the penalty.
    public var C: Double
    /// Whether to fit an intercept.
    public var fitIntercept: Bool
    /// The weights of the classes.
    public var classWeight: ClassWeight
    /// The largest component of the gradient of the mean objective at the solution.
    public var tol: Double
    /// The maximum number of iterations; nil for 100 steps of L-BFGS, or 10,000 of the method for `l1` and
    /// `elasticNet`. A fit that reaches it has `converged` false.
    public var maxIter: Int?

    /// Creates options.
    public init(
        penalty: Penalty = .l2, C: Double = 1, fitIntercept: Bool = true, classWeight: ClassWeight = .none,
        tol: Double = 1e-4, maxIter: Int? = nil
    ) {
        (self.penalty, self.C, self.fitIntercept) = (penalty, C, fitIntercept)
        (self.classWeight, self.tol, self.maxIter) = (classWeight, tol, maxIter)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> LinearClassifier {
        try require("C", C, above: 0)
        try require("tol", tol, above: 0)
        if let maxIter { try require("max_iter", maxIter, atLeast: 1) }
        let ratio: Double
        switch penalty {
        case .none, .l2: ratio = 0
        case .l1: ratio = 1
        case .elasticNet(let value):
            try require("l1_ratio", value, in: 0...1)
            ratio = value
        }
        let rows = try LabeledRows(x, labels: labels, classes: classes, weights: weights)
        try requireFinite(x.columnMoments().variances, "the variance of column")
        let weights = try classWeight.rowWeights(rows, countingWeights: true)
        let loss = LogisticLoss(
            rows.x, labels: rows.labels, classes: rows.present.count, weights: weights, hasBias: fitIntercept)
        let strength = penalty == .none ? 0 : 1 / (C * (weights?.reduce(0, +) ?? Double(rows.x.rows)))
        var parameters = [Double](repeating: 0, count: loss.count)
        let converged: Bool
        if ratio == 0 {
            let solver = LBFGS(tolerance: tol, maxIterations: maxIter ?? 100)
            let penalized = loss.weightCount
            converged = solver.minimize(&parameters) { x, gradient in
                var value = loss.evaluate(x, &gradient)
                for i in 0..<penalized {
                    value += strength / 2 * x[i] * x[i]
                    gradient[i] += strength * x[i]
                }
                return value
            }
        } else {
            let solver = ProximalGradient(
                l1: strength * ratio, l2: strength * (1 - ratio), penalized: loss.weightCount, tolerance: tol,
                maxIterations: maxIter ?? 10_000)
            converged = solver.minimize(&parameters, loss.evaluate)
        }
        let weight = Matrix(
            rows: loss.outputs, columns: x.columns, values: Array(parameters[..<loss.weightCount]))
        let bias =
            fitIntercept ? Array(parameters[loss.weightCount...]) : Array(repeating: 0, count: loss.outputs)
        return try LinearClassifier(
            rows, separating: weight, bias: bias, scale: 0.5, isProbabilistic: true, converged: converged)
    }
}
