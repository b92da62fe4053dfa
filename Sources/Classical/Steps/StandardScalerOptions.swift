import Autograd

/// Scales each column to mean 0 and variance 1, as scikit-learn's `StandardScaler`. Constant columns are only centered.
public struct StandardScalerOptions: TransformerOptions {
    /// Whether to subtract the mean.
    public var withMean: Bool
    /// Whether to divide by the standard deviation.
    public var withStd: Bool

    /// Creates options.
    public init(withMean: Bool = true, withStd: Bool = true) {
        (self.withMean, self.withStd) = (withMean, withStd)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> Scaler {
        try x.check()
        let (means, variances) = x.columnMoments()
        try requireFinite(variances, "the variance of column")
        let count = Double(x.rows)
        let epsilon = 0x1p-52
        let scale = zip(means, variances).map { mean, variance -> Double in
            let drift = count * mean * epsilon
            return variance <= count * epsilon * variance + drift * drift ? 1 : variance.squareRoot()
        }
        return try Scaler(
            center: withMean ? means : means.map { _ in 0 }, scale: withStd ? scale : scale.map { _ in 1 })
    }
}
