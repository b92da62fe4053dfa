import Autograd
import Classical
import Layers

extension ONNXConversion {
    /// Converts a search for nearest neighbors: distances by a scan over the training rows, by com.microsoft's CDist, or
    /// by products of matrices for the cosine, then TopK and votes.
    func neighbors(_ next: [Int]) throws -> End? {
        guard graph.nodes.contains(where: { $0.operation == "TopK" }), let (rows, metric) = search(next),
            rows.shape.count == 2, let values = rows.numbers, values.count > 0
        else { return nil }
        let searches = graph.nodes.filter { $0.operation == "TopK" }
        guard searches.count == 1, searches[0].inputs.count == 2,
            let k = constant(searches[0].inputs[1])?.numbers?.first, searches[0].integer("largest") == 0
        else { return nil }
        let count = rows.shape[0]
        // The classes of the rows are picked by the indices of the neighbors.
        let tables = graph.nodes.filter { $0.operation == "ArrayFeatureExtractor" && $0.inputs.count == 2 }
        let table = tables.first { constant($0.inputs[0])?.count == count && isNeighbors($0.inputs[1]) }
        guard let table, let labels = constant(table.inputs[0])?.numbers else { return nil }
        let classes = (labels.max() ?? 0) + 1
        guard classes >= 2, classes <= Double(limit), let classCount = Int(exactly: classes) else {
            return nil
        }
        // Classes without a training row are listed by ZipMap.
        let listed = graph.nodes.lazy.compactMap { $0.operation == "ZipMap" ? $0.labels?.count : nil }.first
        let size = max(classCount, listed ?? 0)
        try flush()
        try setWidth(rows.shape[1])
        let isWeighted = graph.nodes.contains { $0.operation == "Reciprocal" }
        let weights = isWeighted ? NeighborWeights.distance : .uniform
        let options = [
            Double(NeighborMetric.allCases.firstIndex(of: metric) ?? 0),
            Double(NeighborWeights.allCases.firstIndex(of: weights) ?? 0), k,
        ]
        let model = try fitted(
            KNeighborsClassifier.self,
            [
                NamedArray("x", shape: rows.shape, values), NamedArray("options", shape: [3], options),
                NamedArray("labels", shape: [labels.count], labels),
                NamedArray("classes", shape: [], [Double(size)]),
            ], graph.nodes[next[0]].described)
        for index in next { take(index) }
        try finish(graph.nodes[next[0]], allowing: Self.votes, scores: nil, plain: Self.passing)
        var spec = KNeighborsSpec()
        spec.units = .number(size)
        spec.options.nNeighbors = model.nNeighbors
        spec.options.weights = weights
        spec.options.metric = metric
        return ((spec, model), classNames(size) ?? (0..<size).map(String.init))
    }

    /// The operators between the distances and the probabilities.
    private static let votes: Set = [
        "Transpose", "Sqrt", "ReduceSumSquare", "MatMul", "Div", "Sub", "TopK", "Flatten", "Reshape",
        "ArrayFeatureExtractor", "Equal", "Cast", "ReduceSum", "Concat", "ArgMax", "Identity", "Mul", "Max",
        "Reciprocal",
    ]

    /// Whether a value has the indices of the neighbors.
    private func isNeighbors(_ value: String) -> Bool {
        guard let node = graph.nodes.first(where: { $0.outputs.contains(value) }) else { return false }
        return node.operation == "TopK"
            || (node.operation == "Flatten"
                && graph.nodes.contains {
                    $0.operation == "TopK" && $0.outputs.last == node.inputs.first
                })
    }

    /// The training rows and the metric; nil if the operators are no search.
    private func search(_ next: [Int]) -> (rows: ONNXTensorValue, metric: NeighborMetric)? {
        guard let first = next.first else { return nil }
        let node = graph.nodes[first]
        if next.count == 1, node.inputs.count == 2, node.inputs[0] == value {
            guard let rows = constant(node.inputs[1]) else { return nil }
            if node.operation == "CDist", node.domain == "com.microsoft" {
                return NeighborMetric(rawValue: node.text("metric") ?? "").map { (rows, $0) }
            }
            guard node.operation == "Scan", node.integer("num_scan_inputs") == 1,
                case .graph(let body) = node.attributes["body"]
            else { return nil }
            switch body.nodes.map(\.operation).filter({ $0 != "Identity" }) {
            // Without the root, the distance would be the squared one.
            case ["Sub", "ReduceSumSquare"]:
                let isRooted = graph.nodes.contains { $0.operation == "Sqrt" }
                return isRooted ? (rows, .euclidean) : nil
            case ["Sub", "Abs", "ReduceSum"]: return (rows, .manhattan)
            default: return nil
            }
        }
        // The cosine: a product with the rows, divided by the lengths.
        let nodes = next.map { graph.nodes[$0] }
        guard Set(nodes.map(\.operation)) == ["MatMul", "ReduceSumSquare"], nodes.count == 2,
            let product = nodes.first(where: { $0.operation == "MatMul" }), product.inputs.count == 2,
            product.inputs[0] == value, let columns = constant(product.inputs[1]), columns.shape.count == 2,
            let numbers = columns.numbers
        else { return nil }
        let rows = Matrix(rows: columns.shape[0], columns: columns.shape[1], values: numbers).transposed
        return (ONNXTensorValue(shape: [rows.rows, rows.columns], numbers: rows.values), .cosine)
    }
}
