import Autograd
import Foundation

/// Linear discriminant analysis, as scikit-learn's `LinearDiscriminantAnalysis`.
public struct LinearDiscriminantOptions: ClassifierOptions {
    /// How the discriminant functions are computed.
    public enum Solver: String, Sendable, Equatable {
        /// By singular value decompositions, without the covariance matrix.
        case svd
        /// From the covariance within the classes, by least squares.
        case lsqr
        /// From the covariance within the classes, which must have full rank.
        case eigen
    }

    /// The solver.
    public var solver: Solver
    /// The shrinkage of the covariance; not for `svd`.
    public var shrinkage: Shrinkage
    /// The prior probabilities of the classes; nil for the class frequencies.
    public var priors: [Double]?
    /// The singular values up to which directions are ignored by `svd`.
    public var tol: Double

    /// Creates options.
    public init(
        solver: Solver = .svd, shrinkage: Shrinkage = .none, priors: [Double]? = nil, tol: Double = 1e-4
    ) {
        (self.solver, self.shrinkage, self.priors, self.tol) = (solver, shrinkage, priors, tol)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> LinearClassifier {
        if case .value(let share) = shrinkage { try require("shrinkage", share, in: 0...1) }
        try require("tol", tol, in: 0...Double.infinity)
        guard solver != .svd || shrinkage == .none else {
            throw FittingError(
                "\"shrinkage\"", found: "shrinkage with the solver svd", allowed: "lsqr or eigen")
        }
        let rows = try LabeledRows(x, labels: labels, classes: classes, weights: weights)
        try requireEqual(weights: rows.weights, for: "linear discriminant analysis")
        guard rows.x.rows > rows.present.count else {
            throw FittingError(
                "the data", found: "\(rows.x.rows) rows of \(rows.present.count) classes",
                allowed: "more rows than classes")
        }
        try requireFinite(rows.x.columnMoments().variances.map { $0 * $0 }, "the squared variance of column")
        let priors = try classPriors(priors, rows)
        let means = classMeans(rows)
        return solver == .svd
            ? try fitSingularValues(rows, means, priors) : try fitCovariance(rows, means, priors)
    }

    private func fitCovariance(
        _ rows: LabeledRows, _ means: Matrix, _ priors: [Double]
    ) throws(FittingError) -> LinearClassifier {
        var covariance = Matrix(rows: rows.x.columns, columns: rows.x.columns)
        for (label, prior) in priors.enumerated() {
            let group = rows.x.rows(rows.labels.indices.filter { rows.labels[$0] == label })
            let values = shrinkage.covariance(group).values
            for index in values.indices { covariance.values[index] += prior * values[index] }
        }
        let weight: Matrix
        if solver == .lsqr {
            // Sums over many rows hide dependent columns behind rounding errors, so that the limit is higher.
            let factor = Cholesky(covariance, tolerance: 1e-10)
            weight = factor?.solve(rows: means) ?? SymmetricEigen(covariance).solve(rows: means)
        } else if let factor = Cholesky(covariance) {
            weight = factor.solve(rows: means)
        } else {
            throw FittingError(
                "the covariance within the classes", found: "a singular matrix",
                allowed:
                    "a positive definite one for the solver eigen: use shrinkage, or the solver svd or lsqr")
        }
        let bias = priors.indices.map { label in
            log(priors[label]) - zip(means[row: label], weight[row: label]).reduce(0) { $0 + $1.0 * $1.1 } / 2
        }
        return try LinearClassifier(rows, weight: weight, bias: bias, isProbabilistic: true)
    }

    private func fitSingularValues(
        _ rows: LabeledRows, _ means: Matrix, _ priors: [Double]
    ) throws(FittingError) -> LinearClassifier {
        let (count, features) = (Double(rows.x.rows), rows.x.columns)
        var centered = rows.x
        for (row, label) in rows.labels.enumerated() {
            for column in 0..<features { centered[row, column] -= means[label, column] }
        }
        let deviations = centered.columnMoments().variances.map { $0 > 0 ? $0.squareRoot() : 1 }
        for row in 0..<centered.rows {
            for column in 0..<features { centered[row, column] /= deviations[column] * count.squareRoot() }
        }
        let within = ThinSVD(centered)
        // The directions in which the covariance within the classes is the identity matrix, [rank, features].
        var scalings = within.right.rows(within.values.indices.filter { within.values[$0] > tol })
        for row in 0..<scalings.rows {
            for column in 0..<features { scalings[row, column] /= deviations[column] * within.values[row] }
        }
        let center = (0..<features).map { column in
            priors.indices.reduce(0) { $0 + priors[$1] * means[$1, column] }
        }
        let differences = means.subtracting(center)
        var scaled = differences
        for (label, prior) in priors.enumerated() {
            let scale = (count * prior / Double(max(priors.count - 1, 1))).squareRoot()
            for column in 0..<features { scaled[label, column] *= scale }
        }
        let between = ThinSVD(scaled.productTransposed(scalings))
        let cutoff = tol * (between.values.first ?? 0)
        let kept = between.values.indices.filter { between.values[$0] > cutoff }
        let directions = between.right.rows(kept).product(scalings)
        let coordinates = differences.productTransposed(directions)
        let weight = coordinates.product(directions)
        let bias = priors.indices.map { label in
            let length = coordinates[row: label].reduce(0) { $0 + $1 * $1 }
            let offset = zip(weight[row: label], center).reduce(0) { $0 + $1.0 * $1.1 }
            return log(priors[label]) - length / 2 - offset
        }
        return try LinearClassifier(rows, weight: weight, bias: bias, isProbabilistic: true)
    }
}

/// Returns the mean of the rows of each present class.
func classMeans(_ rows: LabeledRows) -> Matrix {
    var means = Matrix(rows: rows.present.count, columns: rows.x.columns)
    var totals = [Double](repeating: 0, count: rows.present.count)
    for (row, label) in rows.labels.enumerated() {
        let weight = rows.weights?[row] ?? 1
        totals[label] += weight
        for (column, value) in rows.x[row: row].enumerated() { means[label, column] += weight * value }
    }
    for label in totals.indices { for column in 0..<means.columns { means[label, column] /= totals[label] } }
    return means
}

/// Returns the given prior probabilities of the present classes, with the sum 1, or their shares of the weights.
func classPriors(_ priors: [Double]?, _ rows: LabeledRows) throws(FittingError) -> [Double] {
    var result = [Double](repeating: 0, count: rows.present.count)
    if let priors {
        guard priors.count == rows.classes else {
            throw FittingError(
                "\"priors\"", found: "\(priors.count)", allowed: "\(rows.classes), one per class")
        }
        result = rows.present.map { priors[$0] }
        if let bad = result.first(where: { !($0.isFinite && $0 > 0) }) {
            throw FittingError("\"priors\"", found: "\(bad)", allowed: "positive values")
        }
    } else {
        for (row, label) in rows.labels.enumerated() { result[label] += rows.weights?[row] ?? 1 }
    }
    let sum = result.reduce(0, +)
    return result.map { $0 / sum }
}
