import Autograd

/// The k nearest neighbors regressor, as scikit-learn's `KNeighborsRegressor`, by a brute-force search.
public typealias KNeighborsRegressorOptions = NearestNeighborOptions<KNeighborsRegressor>

extension NearestNeighborOptions: RegressorOptions where Fitted == KNeighborsRegressor {
    public func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> KNeighborsRegressor {
        try x.check(weights: weights)
        try x.check(targets: targets)
        try requireEqual(weights: weights, for: "nearest neighbors")
        return KNeighborsRegressor(
            search: try NeighborSearch(checking: x, metric: metric, neighbors: nNeighbors),
            weights: self.weights,
            targets: targets)
    }
}

/// A fitted k nearest neighbors regressor.
public struct KNeighborsRegressor: Regressor, Equatable {
    let search: NeighborSearch
    /// The weights of the neighbors.
    public let weights: NeighborWeights
    /// The target of each training row.
    public let targets: [Double]

    init(search: NeighborSearch, weights: NeighborWeights, targets: [Double]) {
        (self.search, self.weights, self.targets) = (search, weights, targets)
    }

    public var features: Int { search.x.columns }
    /// The training rows.
    public var rows: Matrix { search.x }
    /// The number of neighbors.
    public var nNeighbors: Int { search.neighbors }
    /// The distance.
    public var metric: NeighborMetric { search.metric }

    public func predictions(_ x: Matrix) -> [Double] {
        var result = [Double](repeating: 0, count: x.rows)
        result.withUnsafeMutableBufferPointer { out in
            search.search(x) { row, neighbors in
                let weights = weights.weights(neighbors)
                let sum = zip(neighbors, weights).reduce(0) { $0 + targets[$1.0.index] * $1.1 }
                out[row] = sum / weights.reduce(0, +)
            }
        }
        return result
    }

    public var arrays: [NamedArray] { search.arrays(weights) + [NamedArray("targets", targets)] }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let (search, weights) = try NeighborSearch.read(reader)
        self.init(
            search: search, weights: weights, targets: try reader.vector("targets", count: search.x.rows))
    }
}
