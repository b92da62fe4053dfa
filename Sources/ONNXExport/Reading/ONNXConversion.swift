import Autograd
import Classical
import Layers

/// Follows the values of a graph from its inputs to a model, and turns the operators on the way into fitted steps.
///
/// Each node is visited at most once, so that a damaged graph with a cycle ends in an error.
final class ONNXConversion {
    /// A fitted step or model with the options of its layer; regression models have no layer.
    typealias Fitted = (spec: (any EstimatorSpec)?, model: any FittedModel)

    let graph: ONNXSourceGraph
    let file: String
    /// The number of values that a model may expand to, so that memory stays proportional to the file.
    let limit: Int
    private(set) var consumers: [String: [Int]] = [:]
    private var producers: [String: Int] = [:]
    /// The nodes that have become part of a step or model.
    private var used: Set<Int> = []
    /// The value that the next operator takes.
    private(set) var value = ""
    /// The number of its columns, if known.
    private(set) var width: Int?
    private var steps: [Fitted] = []
    /// Scaling that has not become a step yet.
    private var affine: AffineMap?

    init(_ graph: ONNXSourceGraph, file: String, bytes: Int) {
        (self.graph, self.file) = (graph, file)
        limit = max(1 << 20, 16 * bytes)
        for (index, node) in graph.nodes.enumerated() {
            for input in Set(node.inputs) where !input.isEmpty { consumers[input, default: []].append(index) }
            for output in node.outputs where !output.isEmpty { producers[output] = index }
        }
    }

    /// Converts the whole graph.
    func run() throws -> ImportedModel {
        let names = try begin()
        while true {
            let next = (consumers[value] ?? []).filter { !used.contains($0) }
            if let end = try end(next) {
                return try ImportedModel(
                    steps: steps, final: end.fitted, classes: end.classes, inputNames: names, file: file)
            }
            guard next.count == 1, try step(next[0]) else { throw unsupported(from: next) }
        }
    }

    // MARK: Inputs

    /// Sets the first value and returns the names of the columns, if the graph has one input for each.
    private func begin() throws -> [String] {
        guard let first = graph.inputs.first else {
            throw problem("the inputs of the graph", found: "none", allowed: "at least one")
        }
        for port in graph.inputs {
            guard port.type == 1 || port.type == 11 else {
                throw problem(
                    "the input \"\(port.name)\"", found: "elements of type \(port.type)",
                    allowed: "float or double (types 1 and 11); convert with FloatTensorType")
            }
        }
        guard graph.inputs.count > 1 else {
            value = first.name
            try setWidth(first.shape.count == 2 ? first.shape[1] : nil)
            return []
        }
        // A data frame: one input for each column, which are joined first.
        let next = Set(graph.inputs.flatMap { consumers[$0.name] ?? [] })
        guard next.count == 1, let index = next.first,
            ["FeatureVectorizer", "Concat"].contains(graph.nodes[index].operation),
            let joined = graph.nodes[index].outputs.first,
            Set(graph.nodes[index].inputs) == Set(graph.inputs.map(\.name)),
            graph.nodes[index].inputs.count == graph.inputs.count
        else { throw unsupported(from: next.sorted()) }
        used.insert(index)
        value = joined
        let ports = Dictionary(graph.inputs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let columns = graph.nodes[index].inputs
        var total = 0
        for column in columns {
            guard let port = ports[column], port.shape.count == 2, let size = port.shape[1],
                size <= Self.largestWidth
            else { return [] }
            total += size
        }
        try setWidth(total)
        return total == columns.count ? columns : []
    }

    private static let largestWidth = 1 << 20

    /// Notes the number of columns of the current value. Throws if another one is known.
    func setWidth(_ new: Int?) throws {
        guard let new else { return }
        guard (1...Self.largestWidth).contains(new), new == width ?? new else {
            throw problem(
                "the value \"\(value)\"", found: "an operator for \(new) columns",
                allowed: width.map { "\($0) columns" } ?? "1 to \(Self.largestWidth)")
        }
        width = new
    }

    /// The number of columns. Throws if no operator and no input says it.
    func knownWidth(_ node: ONNXSourceGraph.Node) throws -> Int {
        guard let width else {
            throw problem(
                "the input \"\(graph.inputs.first?.name ?? "")\"", found: "an unknown number of columns",
                allowed: "a fixed one: convert with initial_types, such as FloatTensorType([None, 40])")
        }
        return width
    }

    // MARK: Steps

    /// Converts a step. Returns false if it is no step before a model.
    private func step(_ index: Int) throws -> Bool {
        let node = graph.nodes[index]
        guard let output = node.outputs.first else { return false }
        switch (node.operation, node.domain) {
        case ("Identity", ""), ("Flatten", ""): break
        case ("Cast", ""):
            guard [1, 11].contains(node.integer("to") ?? 0) else { return false }
        case ("Scaler", "ai.onnx.ml"): try scale(node)
        case ("Mul", ""), ("Div", ""), ("Add", ""), ("Sub", ""):
            guard try arithmetic(node) else { return false }
        case ("Clip", ""): guard try clip(node) else { return false }
        case ("ArrayFeatureExtractor", "ai.onnx.ml"), ("Gather", ""):
            guard try select(node) else { return false }
        case ("MatMul", ""):
            guard try project(index) else { return false }
            // The projection sets the value, for it may include a division.
            return true
        default: return false
        }
        take(index)
        value = output
        return true
    }

    /// Marks a node as part of the model.
    func take(_ index: Int) { used.insert(index) }

    /// Adds a step that outputs `width` columns.
    private func add(_ spec: any EstimatorSpec, _ model: any FittedModel, width: Int) {
        steps.append((spec, model))
        self.width = width
    }

    private func scale(_ node: ONNXSourceGraph.Node) throws {
        let offset = node.numbers("offset") ?? [0]
        let scale = node.numbers("scale") ?? [1]
        let count = max(offset.count, scale.count)
        if count > 1 { try setWidth(count) }
        try compose(node) { map, width throws in
            let (offset, scale) = (try spread(offset, width, node), try spread(scale, width, node))
            for i in 0..<width {
                map.factor[i] *= scale[i]
                map.offset[i] = (map.offset[i] - offset[i]) * scale[i]
            }
        }
    }

    /// A value for each column.
    private func spread(_ values: [Double], _ width: Int, _ node: ONNXSourceGraph.Node) throws -> [Double] {
        if values.count == width { return values }
        guard values.count == 1 else {
            throw problem(
                node.described, found: "\(values.count) values", allowed: "\(width), one for each column")
        }
        return Array(repeating: values[0], count: width)
    }

    private func arithmetic(_ node: ONNXSourceGraph.Node) throws -> Bool {
        guard node.inputs.count == 2 else { return false }
        let isFirst = node.inputs[0] == value
        guard let constant = constant(node.inputs[isFirst ? 1 : 0]), let numbers = constant.numbers,
            constant.trimmedShape.count <= 1, isFirst || node.operation == "Mul" || node.operation == "Add"
        else { return false }
        if numbers.count > 1 { try setWidth(numbers.count) }
        try compose(node) { map, width throws in
            let numbers = try spread(numbers, width, node)
            for i in 0..<width {
                switch node.operation {
                case "Mul":
                    map.factor[i] *= numbers[i]
                    map.offset[i] *= numbers[i]
                case "Div":
                    map.factor[i] /= numbers[i]
                    map.offset[i] /= numbers[i]
                case "Add": map.offset[i] += numbers[i]
                default: map.offset[i] -= numbers[i]
                }
            }
        }
        return true
    }

    /// Changes the scaling that has not become a step yet.
    private func compose(
        _ node: ONNXSourceGraph.Node, _ change: (inout AffineMap, Int) throws -> Void
    ) throws {
        let width = try knownWidth(node)
        var map = affine ?? AffineMap(width: width)
        try change(&map, width)
        affine = map
    }

    /// Turns pending scaling into a step.
    func flush(clip: (least: Double, most: Double)? = nil) throws {
        guard affine != nil || clip != nil, let width else { return }
        let map = affine ?? AffineMap(width: width)
        affine = nil
        guard let column = map.factor.firstIndex(where: { !($0 > 0 && $0.isFinite) }) else {
            var arrays = [
                NamedArray(
                    "center", shape: [width], zip(map.factor, map.offset).map { $1 == 0 ? 0 : -$1 / $0 }),
                NamedArray("scale", shape: [width], map.factor.map { 1 / $0 }),
                NamedArray("shift", shape: [], [0]),
            ]
            var spec: any EstimatorSpec = StandardScalerSpec()
            if let clip {
                arrays.append(NamedArray("clip", shape: [2], [clip.least, clip.most]))
                var range = MinMaxScalerSpec()
                range.options.featureRange = min(clip.least, clip.most)...max(clip.least, clip.most)
                range.options.clip = true
                spec = range
            }
            add(spec, try fitted(Scaler.self, arrays, "the scaling before \"\(value)\""), width: width)
            return
        }
        throw problem(
            "the scaling before \"\(value)\"",
            found: "a factor of \(map.factor[column]) for column \(column)",
            allowed: "positive factors")
    }

    private func clip(_ node: ONNXSourceGraph.Node) throws -> Bool {
        let bounds = (1...2).map { place in
            node.inputs.indices.contains(place) ? constant(node.inputs[place])?.numbers?.first : nil
        }
        guard let least = bounds[0] ?? node.numbers("min")?.first,
            let most = bounds[1] ?? node.numbers("max")?.first, least.isFinite, most.isFinite
        else { return false }
        _ = try knownWidth(node)
        try flush(clip: (least, most))
        return true
    }

    private func select(_ node: ONNXSourceGraph.Node) throws -> Bool {
        guard node.inputs.count == 2, node.inputs[0] == value,
            let indices = constant(node.inputs[1])?.numbers,
            node.operation == "ArrayFeatureExtractor" || node.integer("axis") == 1
        else { return false }
        let width = try knownWidth(node)
        try flush()
        var spec = SelectKBestSpec()
        spec.k = indices.count
        let arrays = [
            NamedArray("features", shape: [], [Double(width)]),
            NamedArray("columns", shape: [indices.count], indices),
        ]
        add(spec, try fitted(ColumnSelection.self, arrays, node.described), width: indices.count)
        return true
    }

    /// Converts a product with a constant matrix, which a division by standard deviations may follow.
    private func project(_ index: Int) throws -> Bool {
        let node = graph.nodes[index]
        guard let (weight, width, outputs) = try matrix(node) else { return false }
        var mean = [Double](repeating: 0, count: width)
        if let map = affine, map.factor.allSatisfy({ $0 == 1 }) {
            mean = map.offset.map { -$0 }
            affine = nil
        }
        try flush()
        take(index)
        value = node.outputs[0]
        var variances = [Double](repeating: 0, count: outputs)
        var spec = PCASpec()
        if let next = consumers[value], next.count == 1, case let division = graph.nodes[next[0]],
            division.operation == "Div", division.inputs.first == value, division.inputs.count == 2,
            let scale = constant(division.inputs[1]), scale.trimmedShape == [outputs],
            let deviations = scale.numbers, let output = division.outputs.first
        {
            variances = deviations.map { $0 * $0 }
            spec.options.whiten = true
            take(next[0])
            value = output
        }
        spec.options.nComponents = .count(outputs)
        let components = Matrix(rows: width, columns: outputs, values: weight).transposed
        let arrays = [
            NamedArray("mean", shape: [width], mean),
            NamedArray("components", shape: [outputs, width], components.values),
            NamedArray("explained_variance", shape: [outputs], variances),
            NamedArray(
                "explained_variance_ratio", shape: [outputs], Array(repeating: 0, count: outputs)),
            NamedArray("whiten", shape: [], [spec.options.whiten ? 1 : 0]),
        ]
        guard outputs <= width else { return false }
        add(spec, try fitted(PrincipalComponents.self, arrays, node.described), width: outputs)
        return true
    }

    /// The constant matrix that a node multiplies the current value with, [width, outputs].
    func matrix(_ node: ONNXSourceGraph.Node) throws -> (weight: [Double], width: Int, outputs: Int)? {
        guard node.inputs.count == 2, node.inputs[0] == value, !node.outputs.isEmpty,
            let constant = constant(node.inputs[1]), constant.shape.count == 2, !constant.shape.contains(0),
            let weight = constant.numbers
        else { return nil }
        try setWidth(constant.shape[0])
        return (weight, constant.shape[0], constant.shape[1])
    }

    // MARK: Constants

    /// The value of a constant, of operators that rearrange one, or of its square root; nil if it depends on the input.
    func constant(_ name: String) -> ONNXTensorValue? { constant(name, depth: 0) }

    private func constant(_ name: String, depth: Int) -> ONNXTensorValue? {
        if let found = graph.constants[name] { return found }
        guard depth < 6, let index = producers[name] else { return nil }
        let node = graph.nodes[index]
        if node.operation == "Constant" {
            if case .tensor(let tensor) = node.attributes["value"] { return tensor }
            return nil
        }
        guard let input = node.inputs.first, let source = constant(input, depth: depth + 1) else {
            return nil
        }
        switch node.operation {
        case "Identity", "Cast": return source
        case "Sqrt":
            return source.numbers.map { .init(shape: source.shape, numbers: $0.map { $0.squareRoot() }) }
        case "Transpose":
            guard source.shape.count == 2, let numbers = source.numbers else { return nil }
            let whole = Matrix(rows: source.shape[0], columns: source.shape[1], values: numbers)
            return .init(shape: source.shape.reversed(), numbers: whole.transposed.values)
        default: return nil
        }
    }

    /// Whether a node computes with constants alone.
    private func isConstant(_ node: ONNXSourceGraph.Node) -> Bool {
        node.inputs.allSatisfy { $0.isEmpty || constant($0) != nil }
    }

    // MARK: The end of the graph

    /// Returns the names of the classes that a ZipMap, or the choice of a label, lists.
    func classNames(_ count: Int) -> [String]? {
        for node in graph.nodes where node.operation == "ZipMap" {
            if let labels = node.labels, labels.count == count { return labels }
        }
        for node in graph.nodes where node.operation == "ArrayFeatureExtractor" && node.inputs.count == 2 {
            guard constant(node.inputs[1]) == nil, let table = constant(node.inputs[0]), table.count == count
            else { continue }
            switch table.content {
            case .texts(let texts): return texts
            case .numbers(let numbers):
                let integers = numbers.compactMap { Int(exactly: $0) }
                if integers.count == count { return integers.map(String.init) }
            case .unsupported: continue
            }
        }
        return nil
    }

    /// Throws if anything but the given operators follows a model, or if a value of the model goes elsewhere.
    ///
    /// - Parameter scores: The value of the scores or probabilities, which only operators in `plain` may take.
    func finish(
        _ node: ONNXSourceGraph.Node, allowing rest: Set<String>, scores: String?, plain: Set<String>
    ) throws {
        let all = rest.union(plain)
        let others = graph.nodes.indices.filter {
            !used.contains($0) && !isConstant(graph.nodes[$0]) && !all.contains(graph.nodes[$0].operation)
        }
        guard others.isEmpty else { throw unsupported(others) }
        for node in graph.nodes where node.operation == "Normalizer" {
            guard node.text("norm") == "L1" else { throw unsupported([], node.described) }
        }
        var values = scores.map { [$0] } ?? []
        var seen: Set<Int> = []
        while let value = values.popLast() {
            for index in consumers[value] ?? [] where seen.insert(index).inserted {
                guard plain.contains(graph.nodes[index].operation) else { throw unsupported([index]) }
                values += graph.nodes[index].outputs
            }
        }
    }

    /// The operators that pass probabilities on.
    static let passing: Set = ["Identity", "Cast", "ZipMap", "Normalizer"]

    // MARK: Errors

    /// Creates a fitted step or model from its arrays.
    func fitted<Model: FittedModel>(
        _ type: Model.Type, _ arrays: [NamedArray], _ place: String
    ) throws -> Model {
        do { return try Model(arrays: arrays) } catch {
            throw problem(place, found: "\(error.place): \(error.found)", allowed: error.allowed)
        }
    }

    func problem(_ place: String, found: String, allowed: String) -> FileError {
        FileError(file: file, place: place, found: found, allowed: allowed)
    }

    private static let supported =
        "the scikit-learn pipelines listed in Documentation/classical-models.md"

    /// Returns the error for a graph that cannot be followed from the given nodes on: it lists all that no model here has.
    private func unsupported(from next: [Int]) -> FileError {
        let others = graph.nodes.indices.filter {
            !used.contains($0) && !Self.known.contains(graph.nodes[$0].operation)
                && !isConstant(graph.nodes[$0])
        }
        if next.isEmpty, others.isEmpty {
            return problem(
                "the end of the graph", found: "only the steps before a model",
                allowed: "a pipeline that ends with a classifier")
        }
        return unsupported(others.isEmpty ? next : others)
    }

    private func unsupported(_ nodes: [Int], _ name: String? = nil) -> FileError {
        let names = name.map { [$0] } ?? nodes.map { graph.nodes[$0].described }
        let shown = names.prefix(40).joined(separator: ", ")
        let more = names.count > 40 ? " and \(names.count - 40) more" : ""
        return problem(
            "unsupported operators", found: shown + more, allowed: Self.supported)
    }

    /// The operators that are part of some supported model.
    private static let known: Set = [
        "Identity", "Cast", "Flatten", "Reshape", "Scaler", "Mul", "Div", "Add", "Sub", "Clip", "MatMul",
        "ArrayFeatureExtractor", "Gather", "ZipMap", "Normalizer", "Constant", "Sqrt", "Transpose", "ArgMax",
        "TreeEnsembleClassifier", "TreeEnsembleRegressor", "SVMClassifier", "LinearClassifier",
        "LinearRegressor", "FeatureVectorizer", "Concat",
    ]
}

/// x * factor + offset for each column.
struct AffineMap {
    var factor: [Double]
    var offset: [Double]

    init(width: Int) {
        (factor, offset) = (Array(repeating: 1, count: width), Array(repeating: 0, count: width))
    }
}

extension Matrix {
    /// The matrix with rows and columns exchanged.
    var transposed: Matrix {
        var result = Matrix(rows: columns, columns: rows)
        for row in 0..<rows { for column in 0..<columns { result[column, row] = self[row, column] } }
        return result
    }
}
