import Autograd

/// The weights of the neighbors.
public enum NeighborWeights: String, Sendable, Equatable, CaseIterable {
    /// All neighbors count the same.
    case uniform
    /// A neighbor counts with the inverse of its distance; if some have distance 0, only they count.
    case distance

    /// Returns the weight of each neighbor.
    func weights(_ neighbors: [NeighborSearch.Neighbor]) -> [Double] {
        guard self == .distance else { return neighbors.map { _ in 1 } }
        let inverse = neighbors.map { 1 / $0.distance }
        guard inverse.contains(where: { !$0.isFinite }) else { return inverse }
        return inverse.map { $0.isFinite ? 0 : 1 }
    }
}

/// The options of the k nearest neighbors, for a classifier or a regressor.
public struct NearestNeighborOptions<Fitted>: Sendable, Equatable {
    /// The number of neighbors.
    public var nNeighbors: Int
    /// The weights of the neighbors.
    public var weights: NeighborWeights
    /// The distance.
    public var metric: NeighborMetric

    /// Creates options.
    public init(
        nNeighbors: Int = 5, weights: NeighborWeights = .uniform, metric: NeighborMetric = .euclidean
    ) {
        (self.nNeighbors, self.weights, self.metric) = (nNeighbors, weights, metric)
    }
}

/// The k nearest neighbors classifier, as scikit-learn's `KNeighborsClassifier`, by a brute-force search. Of equally
/// near rows, the first are taken.
public typealias KNeighborsOptions = NearestNeighborOptions<KNeighborsClassifier>

extension NearestNeighborOptions: ClassifierOptions where Fitted == KNeighborsClassifier {
    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> KNeighborsClassifier {
        let rows = try LabeledRows(x, labels: labels, classes: classes, weights: weights)
        try requireEqual(weights: rows.weights, for: "nearest neighbors")
        return KNeighborsClassifier(
            search: try NeighborSearch(checking: x, metric: metric, neighbors: nNeighbors),
            weights: self.weights,
            labels: labels, classes: classes)
    }
}

/// A fitted k nearest neighbors classifier.
public struct KNeighborsClassifier: Classifier, Equatable {
    let search: NeighborSearch
    /// The weights of the neighbors.
    public let weights: NeighborWeights
    /// The class of each training row.
    public let labels: [Int]
    public let classes: Int

    init(search: NeighborSearch, weights: NeighborWeights, labels: [Int], classes: Int) {
        (self.search, self.weights, self.labels, self.classes) = (search, weights, labels, classes)
    }

    public var features: Int { search.x.columns }
    /// The training rows.
    public var rows: Matrix { search.x }
    /// The number of neighbors.
    public var nNeighbors: Int { search.neighbors }
    /// The distance.
    public var metric: NeighborMetric { search.metric }

    /// Returns the weighted proportion of each class among the neighbors of each row.
    public func probabilities(_ x: Matrix) -> Matrix {
        var result = Matrix(rows: x.rows, columns: classes)
        result.values.withUnsafeMutableBufferPointer { out in
            search.search(x) { row, neighbors in
                let weights = weights.weights(neighbors)
                let total = weights.reduce(0, +)
                for (neighbor, weight) in zip(neighbors, weights) {
                    out[row * classes + labels[neighbor.index]] += weight
                }
                for label in 0..<classes { out[row * classes + label] /= total }
            }
        }
        return result
    }

    public func scores(_ x: Matrix) -> Matrix { probabilities(x).logarithms }

    public var arrays: [NamedArray] {
        search.arrays(weights) + [
            NamedArray("labels", labels.map(Double.init)), NamedArray("classes", Double(classes)),
        ]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let (search, weights) = try NeighborSearch.read(reader)
        let classes = try reader.integer("classes", in: 2..<1 << 24)
        self.init(
            search: search, weights: weights,
            labels: try reader.integers("labels", in: 0..<classes, count: search.x.rows), classes: classes)
    }
}
