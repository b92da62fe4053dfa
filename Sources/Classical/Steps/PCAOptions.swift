import Autograd

/// Principal component analysis by a full singular value decomposition, as scikit-learn's `PCA`.
public struct PCAOptions: TransformerOptions {
    /// The number of components, `n_components`.
    public enum Components: Sendable, Equatable {
        /// As many as there are rows or columns, whichever is less.
        case all
        /// A given number.
        case count(Int)
        /// As many as are needed to explain a fraction of the variance, between 0 and 1.
        case variance(Double)
    }

    /// The number of components.
    public var nComponents: Components
    /// Whether to scale the components to variance 1.
    public var whiten: Bool

    /// Creates options.
    public init(nComponents: Components = .all, whiten: Bool = false) {
        (self.nComponents, self.whiten) = (nComponents, whiten)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> PrincipalComponents {
        try x.check()
        guard x.rows > 1 else { throw FittingError("the data", found: "1 row", allowed: "at least 2 rows") }
        let most = min(x.rows, x.columns)
        if case .count(let count) = nComponents, !(1...most).contains(count) {
            throw FittingError("\"n_components\"", found: "\(count)", allowed: "1 to \(most)")
        }
        if case .variance(let share) = nComponents, !(share > 0 && share < 1) {
            throw FittingError("\"n_components\"", found: "\(share)", allowed: "a fraction between 0 and 1")
        }
        let mean = x.columnMeans()
        let centered = x.subtracting(mean)
        try requireFinite(
            centered.columnMoments().variances.map { $0 * Double(x.rows) }, "the variance of column")
        let decomposition = ThinSVD(centered)
        let variances = decomposition.values.map { $0 * $0 / Double(x.rows - 1) }
        let total = variances.reduce(0, +)
        let ratios = variances.map { total > 0 ? $0 / total : 0 }
        let count =
            switch nComponents {
            case .all: most
            case .count(let count): count
            case .variance(let share): PCAOptions.count(explaining: share, ratios)
            }
        var components = decomposition.right.rows(Array(0..<count))
        for row in 0..<count {
            // As scikit-learn's svd_flip: the coefficient with the largest magnitude is positive.
            var largest = 0.0
            for value in components[row: row] where abs(value) > abs(largest) { largest = value }
            if largest < 0 { for column in 0..<x.columns { components[row, column] *= -1 } }
        }
        return try PrincipalComponents(
            mean: mean, components: components, explainedVariance: Array(variances[..<count]),
            explainedVarianceRatio: Array(ratios[..<count]), whiten: whiten)
    }

    private static func count(explaining share: Double, _ ratios: [Double]) -> Int {
        var sum = 0.0
        for (index, ratio) in ratios.enumerated() {
            sum += ratio
            if sum > share { return index + 1 }
        }
        return ratios.count
    }
}

/// A fitted principal component analysis.
public struct PrincipalComponents: Transformer, Equatable {
    /// The mean of each column.
    public let mean: [Double]
    /// The components, [outputs, features]. The coefficient with the largest magnitude of each is positive.
    public let components: Matrix
    /// The variance of the training rows along each component.
    public let explainedVariance: [Double]
    /// The fraction of the variance along each component.
    public let explainedVarianceRatio: [Double]
    /// Whether the results have variance 1.
    public let whiten: Bool

    init(
        mean: [Double], components: Matrix, explainedVariance: [Double], explainedVarianceRatio: [Double],
        whiten: Bool
    ) throws(FittingError) {
        try requireFinite(components.values, "coefficient")
        (self.mean, self.components, self.whiten) = (mean, components, whiten)
        (self.explainedVariance, self.explainedVarianceRatio) = (explainedVariance, explainedVarianceRatio)
    }

    public var features: Int { components.columns }
    public var outputs: Int { components.rows }

    /// The affine map: `transform(x) = x factorᵀ + offset`, where `factor` is [outputs, features].
    public var affine: (factor: Matrix, offset: [Double]) {
        var factor = components
        if whiten {
            for (row, variance) in explainedVariance.enumerated() {
                let scale = max(variance.squareRoot(), 0x1p-52)
                for column in 0..<features { factor[row, column] /= scale }
            }
        }
        let offset = (0..<outputs).map { row in
            -zip(factor[row: row], mean).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return (factor, offset)
    }

    public func transform(_ x: Matrix) -> Matrix {
        x.require(features: features)
        return x.subtracting(mean).productTransposed(affine.factor)
    }

    public var arrays: [NamedArray] {
        [
            NamedArray("mean", mean), NamedArray("components", components),
            NamedArray("explained_variance", explainedVariance),
            NamedArray("explained_variance_ratio", explainedVarianceRatio),
            NamedArray("whiten", whiten ? 1 : 0),
        ]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let components = try reader.matrix("components")
        try self.init(
            mean: try reader.vector("mean", count: components.columns), components: components,
            explainedVariance: try reader.vector("explained_variance", count: components.rows, atLeast: 0),
            explainedVarianceRatio: try reader.vector(
                "explained_variance_ratio", count: components.rows, atLeast: 0),
            whiten: try reader.flag("whiten"))
    }
}
