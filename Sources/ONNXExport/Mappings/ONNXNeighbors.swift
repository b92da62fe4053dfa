import Autograd
import Classical
import Layers

/// Nearest neighbors: a brute-force search in double precision, then votes.
///
/// A product of matrices finds candidates. Their distances are computed again from differences, so that those of near rows
/// are as accurate as the weights by distance require.
@Sendable func neighbors(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let model: KNeighborsClassifier = try layer.fitted()
    let votes = NeighborVotes(model, layer)
    let query = layer.cast(layer.flat(x), to: .double)
    let nearest =
        switch model.metric {
        case .euclidean: votes.euclidean(query)
        case .manhattan: votes.nearest(votes.manhattan(query))
        case .cosine: votes.nearest(votes.cosine(query))
        }
    let shares = layer.cast(votes.shares(nearest), to: .float)
    return ONNXSignal(layer.logarithms(shares), shape: [model.classes])
}

/// The operators of a search. Values are double-precision.
private struct NeighborVotes {
    /// The distances of the neighbors and their indices, [batch, k].
    typealias Nearest = (distances: String, indices: String)

    private let model: KNeighborsClassifier
    private let layer: ONNXLayer
    /// The training rows, which are stored as floats.
    private let rows: String

    /// The number of rows beyond the neighbors whose distances are computed again: of rows that are equally near up to the
    /// rounding error, the first are neighbors.
    private static let spare = 16

    init(_ model: KNeighborsClassifier, _ layer: ONNXLayer) {
        (self.model, self.layer) = (model, layer)
        rows = layer.cast(
            layer.constant(model.rows.values, [model.rows.rows, model.features], "rows"), to: .double)
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
    func nearest(_ distances: String) -> Nearest {
        let found = smallest(distances, model.nNeighbors)
        return (found[0], found[1])
    }

    func euclidean(_ query: String) -> Nearest {
        let products = layer.node("MatMul", query, layer.transpose(rows, [1, 0]))
        let lengths = layer.transpose(squares(rows, axis: 1), [1, 0])
        // The length of the query would change all distances alike.
        let distances = layer.node("Sub", lengths, layer.node("Mul", products, number(2)))
        let candidates = smallest(distances, min(model.nNeighbors + Self.spare, model.rows.rows))
        // In ascending order, so that the first of equally near rows come first.
        let indices = smallest(candidates[1], min(model.nNeighbors + Self.spare, model.rows.rows))[0]
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
    func manhattan(_ query: String) -> String {
        let difference = layer.node("Sub", layer.node("Unsqueeze", query, layer.integers([1])), rows)
        return layer.reduce("ReduceSum", layer.node("Abs", difference), axes: [2])
    }

    /// 1 minus the cosines, [batch, rows].
    func cosine(_ query: String) -> String {
        let products = layer.node("MatMul", unit(query), layer.transpose(unit(rows), [1, 0]))
        return layer.node("Sub", number(1), products)
    }

    /// The rows scaled to length 1; rows of zeros stay.
    private func unit(_ rows: String) -> String {
        let length = layer.node("Sqrt", squares(rows, axis: 1))
        let isZero = layer.node("Equal", length, number(0))
        return layer.node("Div", rows, layer.node("Where", isZero, number(1), length))
    }

    /// The class proportions among the neighbors, [batch, classes].
    func shares(_ nearest: Nearest) -> String {
        let classes = model.classes
        let table = model.labels.flatMap { label in (0..<classes).map { $0 == label ? 1.0 : 0 } }
        let labels = layer.cast(
            layer.node(
                "Gather",
                [layer.constant(table, [model.labels.count, classes], "votes"), nearest.indices],
                [("axis", .integer(0))])[0], to: .double)
        guard model.weights == .distance else { return layer.reduce("ReduceMean", labels, axes: [1]) }
        // If some neighbors have distance 0, only they count.
        let isZero = layer.node("Equal", nearest.distances, number(0))
        let zeros = layer.cast(isZero, to: .double)
        let hasZero = layer.node(
            "Greater", layer.reduce("ReduceMax", zeros, axes: [1], keeps: true), number(0))
        let inverse = layer.node(
            "Reciprocal", layer.node("Where", isZero, number(1), nearest.distances))
        let weights = layer.node("Where", hasZero, zeros, inverse)
        let column = layer.node("Unsqueeze", weights, layer.integers([2]))
        let sums = layer.reduce("ReduceSum", layer.node("Mul", labels, column), axes: [1])
        return layer.node("Div", sums, layer.reduce("ReduceSum", weights, axes: [1], keeps: true))
    }
}
