import Autograd
import Classical
import Layers

/// Nearest neighbors: a brute-force search in double precision, then votes.
///
/// A product of matrices finds candidates. Their distances are computed again from differences, so that those of near rows
/// are as accurate as the weights by distance require.
@Sendable func neighbors(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let model: KNeighborsClassifier = try layer.fitted()
    let classes = model.classes
    let table = model.labels.flatMap { label in (0..<classes).map { $0 == label ? 1.0 : 0 } }
    let votes = NeighborVotes(
        layer, model.rows, neighbors: model.nNeighbors, model.metric, model.weights, values: table)
    return ONNXSignal(layer.logarithms(votes.means(layer.flat(x))), shape: [classes])
}

/// The operators of a search and of the means of the neighbors' values. Values are double-precision.
struct NeighborVotes {
    /// The distances of the neighbors and their indices, [batch, k].
    typealias Nearest = (distances: String, indices: String)

    private let layer: ONNXLayer
    private let neighbors: Int
    private let metric: NeighborMetric
    private let weights: NeighborWeights
    /// The number of training rows.
    private let count: Int
    /// The training rows, which are stored as floats.
    private let rows: String
    /// The values of each training row, of which means are computed.
    private let values: [Double]

    /// The number of rows beyond the neighbors whose distances are computed again: of rows that are equally near up to the
    /// rounding error, the first are neighbors.
    private static let spare = 16

    init(
        _ layer: ONNXLayer, _ training: Matrix, neighbors: Int, _ metric: NeighborMetric,
        _ weights: NeighborWeights, values: [Double]
    ) {
        (self.layer, self.neighbors, self.metric, self.weights) = (layer, neighbors, metric, weights)
        (count, self.values) = (training.rows, values)
        rows = layer.cast(
            layer.constant(training.values, [training.rows, training.columns], "rows"), to: .double)
    }

    /// The means of the values of the nearest rows as floats, [batch, values of a row].
    func means(_ x: String) -> String {
        let query = layer.cast(x, to: .double)
        let found =
            switch metric {
            case .euclidean: euclidean(query)
            case .manhattan: nearest(manhattan(query))
            case .cosine: nearest(cosine(query))
            }
        return layer.cast(means(found), to: .float)
    }

    private func number(_ value: Double) -> String { layer.cast(layer.number(value), to: .double) }

    private func squares(_ value: String, axis: Int) -> String {
        layer.reduce("ReduceSum", layer.node("Mul", value, value), axes: [axis], keeps: true)
    }

    private func smallest(_ values: String, _ count: Int) -> [String] {
        layer.node(
            "TopK", [values, layer.integers([count])], [("axis", .integer(1)), ("largest", .integer(0))],
            outputs: 2)
    }

    /// The nearest rows; of equally near ones, the first.
    private func nearest(_ distances: String) -> Nearest {
        let found = smallest(distances, neighbors)
        return (found[0], found[1])
    }

    private func euclidean(_ query: String) -> Nearest {
        let products = layer.node("MatMul", query, layer.transpose(rows, [1, 0]))
        let lengths = layer.transpose(squares(rows, axis: 1), [1, 0])
        // The length of the query would change all distances alike.
        let distances = layer.node("Sub", lengths, layer.node("Mul", products, number(2)))
        let candidates = smallest(distances, min(neighbors + Self.spare, count))
        // In ascending order, so that the first of equally near rows come first.
        let indices = smallest(candidates[1], min(neighbors + Self.spare, count))[0]
        let near = layer.node("Gather", [rows, indices], [("axis", .integer(0))])[0]
        let difference = layer.node("Sub", near, layer.node("Unsqueeze", query, layer.integers([1])))
        let exact = layer.reduce(
            "ReduceSum", layer.node("Mul", difference, difference), axes: [2])
        let found = nearest(exact)
        return (
            layer.node("Sqrt", found.distances),
            layer.node("GatherElements", [indices, found.indices], [("axis", .integer(1))])[0]
        )
    }

    /// The sums of absolute differences, [batch, rows].
    private func manhattan(_ query: String) -> String {
        let difference = layer.node("Sub", layer.node("Unsqueeze", query, layer.integers([1])), rows)
        return layer.reduce("ReduceSum", layer.node("Abs", difference), axes: [2])
    }

    /// 1 minus the cosines, [batch, rows].
    private func cosine(_ query: String) -> String {
        let products = layer.node("MatMul", unit(query), layer.transpose(unit(rows), [1, 0]))
        return layer.node("Sub", number(1), products)
    }

    /// The rows scaled to length 1; rows of zeros stay.
    private func unit(_ rows: String) -> String {
        let length = layer.node("Sqrt", squares(rows, axis: 1))
        let isZero = layer.node("Equal", length, number(0))
        return layer.node("Div", rows, layer.node("Where", isZero, number(1), length))
    }

    private func means(_ nearest: Nearest) -> String {
        let table = layer.constant(values, [count, values.count / max(count, 1)], "votes")
        let labels = layer.cast(
            layer.node("Gather", [table, nearest.indices], [("axis", .integer(0))])[0], to: .double)
        guard weights == .distance else { return layer.reduce("ReduceMean", labels, axes: [1]) }
        // If some neighbors have distance 0, only they count.
        let isZero = layer.node("Equal", nearest.distances, number(0))
        let zeros = layer.cast(isZero, to: .double)
        let hasZero = layer.node(
            "Greater", layer.reduce("ReduceMax", zeros, axes: [1], keeps: true), number(0))
        let inverse = layer.node(
            "Reciprocal", layer.node("Where", isZero, number(1), nearest.distances))
        let shares = layer.node("Where", hasZero, zeros, inverse)
        let column = layer.node("Unsqueeze", shares, layer.integers([2]))
        let sums = layer.reduce("ReduceSum", layer.node("Mul", labels, column), axes: [1])
        return layer.node("Div", sums, layer.reduce("ReduceSum", shares, axes: [1], keeps: true))
    }
}
