import Autograd

/// A linear support vector classifier with squared hinge loss and L2 penalty, one against the rest, as scikit-learn's
/// `LinearSVC`. As in liblinear, the intercept is the weight of a constant feature and is penalized.
public struct LinearSVCOptions: ClassifierOptions {
    /// The inverse strength of the regularization.
    public var C: Double
    /// The largest component of the gradient at the solution, relative to that at 0.
    public var tol: Double
    /// Whether to fit an intercept.
    public var fitIntercept: Bool
    /// The value of the constant feature. The larger, the less the intercept is penalized.
    public var interceptScaling: Double
    /// The weights of the classes.
    public var classWeight: ClassWeight
    /// The maximum number of Newton steps. A fit that reaches it has `converged` false.
    public var maxIter: Int

    /// Creates options.
    public init(
        C: Double = 1, tol: Double = 1e-4, fitIntercept: Bool = true, interceptScaling: Double = 1,
        classWeight: ClassWeight = .none, maxIter: Int = 1000
    ) {
        (self.C, self.tol, self.fitIntercept) = (C, tol, fitIntercept)
        (self.interceptScaling, self.classWeight, self.maxIter) = (interceptScaling, classWeight, maxIter)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> LinearClassifier {
        try require("C", C, above: 0)
        try require("tol", tol, above: 0)
        try require("max_iter", maxIter, atLeast: 1)
        if fitIntercept { try require("intercept_scaling", interceptScaling, above: 0) }
        let rows = try LabeledRows(x, labels: labels, classes: classes, weights: weights)
        let factors = try classWeight.factors(rows)
        try KernelFunction(kernel: .linear, gamma: 0, coef0: 0, degree: 0).check(
            norms: KernelMatrix.squaredLengths(rows.x))
        let wide = fitIntercept ? rows.x.appending(interceptScaling) : rows.x
        let gram = wide.rows < wide.columns ? wide.productTransposed(wide) : nil
        let outputs = rows.present.count == 2 ? 1 : rows.present.count
        var results = [SquaredHinge.Solution](
            repeating: SquaredHinge.Solution(weight: [], converged: false), count: outputs)
        results.withUnsafeMutableBufferPointer { results in
            Parallel.chunks(outputs) { output in
                let positive = outputs == 1 ? 1 : output
                // Of the other classes, liblinear takes the weight of the first class of a pair, or 1.
                let costs = rows.labels.enumerated().map { row, label -> Double in
                    let factor = label == positive ? factors[positive] : outputs == 1 ? factors[0] : 1
                    return C * factor * (rows.weights?[row] ?? 1)
                }
                let problem = SquaredHinge(
                    x: wide, y: rows.labels.map { $0 == positive ? 1 : -1 }, costs: costs, gram: gram)
                results[output] = problem.solve(tolerance: tol, maxIterations: maxIter)
            }
        }
        let weight = Matrix(
            rows: outputs, columns: x.columns, values: results.flatMap { $0.weight.prefix(x.columns) })
        let bias = results.map { fitIntercept ? interceptScaling * ($0.weight.last ?? 0) : 0 }
        return try LinearClassifier(
            rows, separating: weight, bias: bias, scale: 1, isProbabilistic: false,
            converged: results.allSatisfy(\.converged))
    }
}

extension Matrix {
    /// Returns the matrix with a constant last column.
    func appending(_ constant: Double) -> Matrix {
        var values: [Double] = []
        values.reserveCapacity(rows * (columns + 1))
        for row in 0..<rows {
            values.append(contentsOf: self[row: row])
            values.append(constant)
        }
        return Matrix(rows: rows, columns: columns + 1, values: values)
    }
}
