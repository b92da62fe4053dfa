import Autograd
import Foundation

/// Gaussian naive Bayes, as scikit-learn's `GaussianNB`.
public struct GaussianNBOptions: ClassifierOptions {
    /// The prior probabilities of the classes; nil for the class frequencies.
    public var priors: [Double]?
    /// The fraction of the largest variance of a feature that is added to all variances.
    public var varSmoothing: Double

    /// Creates options.
    public init(priors: [Double]? = nil, varSmoothing: Double = 1e-9) {
        (self.priors, self.varSmoothing) = (priors, varSmoothing)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> GaussianNaiveBayes {
        try require("var_smoothing", varSmoothing, in: 0...Double.infinity)
        let rows = try LabeledRows(x, labels: labels, classes: classes, weights: weights)
        let overall = x.columnMoments().variances
        try requireFinite(overall, "the variance of column")
        let smoothing = varSmoothing * (overall.max() ?? 0)
        let priors = try classPriors(priors, rows)
        var theta = Matrix(rows: classes, columns: x.columns)
        var variance = Matrix(rows: classes, columns: x.columns, repeating: 1)
        var logPrior = [Double](repeating: absentScore, count: classes)
        for (index, label) in rows.present.enumerated() {
            let members = rows.labels.indices.filter { rows.labels[$0] == index }
            let weights = rows.weights.map { weights in members.map { weights[$0] } }
            let (means, variances) = rows.x.rows(members).columnMoments(weights: weights)
            logPrior[label] = log(priors[index])
            for column in 0..<x.columns {
                theta[label, column] = means[column]
                variance[label, column] = variances[column] + smoothing
                guard variance[label, column] > 0 else {
                    throw FittingError(
                        "column \(column)", found: "a variance of 0 in class \(label)",
                        allowed: "a column that is not constant there, or a larger var_smoothing")
                }
            }
        }
        return GaussianNaiveBayes(theta: theta, variance: variance, logPrior: logPrior)
    }
}

/// A fitted Gaussian naive Bayes classifier.
public struct GaussianNaiveBayes: Classifier, Equatable {
    /// The mean of each feature in each class, [classes, features].
    public let theta: Matrix
    /// The smoothed variance of each feature in each class, [classes, features].
    public let variance: Matrix
    /// The logarithm of the prior probability of each class; -1e30 for a class without any row of the training set.
    public let logPrior: [Double]

    init(theta: Matrix, variance: Matrix, logPrior: [Double]) {
        (self.theta, self.variance, self.logPrior) = (theta, variance, logPrior)
    }

    public var classes: Int { theta.rows }
    public var features: Int { theta.columns }

    /// Returns the logarithm of the joint density of each row and class.
    public func jointLogLikelihood(_ x: Matrix) -> Matrix {
        x.require(features: features)
        var result = Matrix(rows: x.rows, columns: classes)
        let constants = (0..<classes).map { label in
            logPrior[label] - 0.5 * variance[row: label].reduce(0) { $0 + log(2 * .pi * $1) }
        }
        result.values.withUnsafeMutableBufferPointer { out in
            Parallel.elements(x.rows, grain: 64) { range in
                for row in range {
                    for label in 0..<classes {
                        var sum = 0.0
                        for column in 0..<features {
                            let deviation = x[row, column] - theta[label, column]
                            sum += deviation * deviation / variance[label, column]
                        }
                        out[row * classes + label] = constants[label] - 0.5 * sum
                    }
                }
            }
        }
        return result
    }

    public func probabilities(_ x: Matrix) -> Matrix { jointLogLikelihood(x).softmax() }

    public func scores(_ x: Matrix) -> Matrix { jointLogLikelihood(x).logSoftmax() }

    public var arrays: [NamedArray] {
        [NamedArray("theta", theta), NamedArray("var", variance), NamedArray("log_prior", logPrior)]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let theta = try reader.matrix("theta")
        guard theta.rows > 1, theta.columns > 0 else {
            throw FittingError(
                "the array \"theta\"", found: "shape [\(theta.rows), \(theta.columns)]",
                allowed: "at least two classes and one feature")
        }
        let variance = try reader.matrix("var", rows: theta.rows, columns: theta.columns)
        if let value = variance.values.first(where: { $0 <= 0 }) {
            throw FittingError("the array \"var\"", found: "\(value)", allowed: "positive values")
        }
        self.init(
            theta: theta, variance: variance, logPrior: try reader.vector("log_prior", count: theta.rows))
    }
}
