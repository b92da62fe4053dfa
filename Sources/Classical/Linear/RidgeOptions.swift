import Autograd

/// Linear least squares with L2 regularization, as scikit-learn's `Ridge`.
public struct RidgeOptions: RegressorOptions {
    /// The strength of the regularization.
    public var alpha: Double
    /// Whether to fit an intercept.
    public var fitIntercept: Bool

    /// Creates options.
    public init(alpha: Double = 1, fitIntercept: Bool = true) {
        (self.alpha, self.fitIntercept) = (alpha, fitIntercept)
    }

    public func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> LinearRegressor {
        try require("alpha", alpha, in: 0...Double.infinity)
        try x.check(weights: weights)
        try x.check(targets: targets)
        let system = try RidgeSystem(
            x, targets: Matrix(rows: x.rows, columns: 1, values: targets), weights: weights, alpha: alpha,
            fitIntercept: fitIntercept)
        try requireFinite(system.weight.values + system.intercept, "coefficient")
        return LinearRegressor(weight: system.weight.values, intercept: system.intercept[0])
    }
}

/// A fitted linear regression model.
public struct LinearRegressor: Regressor, Equatable {
    /// The weight of each feature.
    public let weight: [Double]
    /// The value added to the weighted sum.
    public let intercept: Double

    init(weight: [Double], intercept: Double) { (self.weight, self.intercept) = (weight, intercept) }

    public var features: Int { weight.count }

    public func predictions(_ x: Matrix) -> [Double] {
        x.require(features: features)
        return x.product(Matrix(rows: weight.count, columns: 1, values: weight)).values.map { $0 + intercept }
    }

    public var arrays: [NamedArray] { [NamedArray("weight", weight), NamedArray("intercept", intercept)] }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let weight = try reader.vector("weight")
        guard !weight.isEmpty else {
            throw FittingError("the array \"weight\"", found: "no values", allowed: "at least one")
        }
        self.init(weight: weight, intercept: try reader.number("intercept"))
    }
}
