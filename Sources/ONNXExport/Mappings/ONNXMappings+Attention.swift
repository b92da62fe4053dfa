import Autograd
import Foundation
import Layers

extension ONNXMappings {
    /// Attention and positional encoding.
    func addingAttention() -> ONNXMappings {
        adding(AdditiveAttention.Spec.self, additiveAttention)
            .adding(MultiHeadAttention.Spec.self, multiHeadAttention).adding(
                PositionalEncoding.Spec.self, positions)
    }
}

/// A score for masked steps. It is finite, so that a sequence without valid steps does not produce NaN.
private let hidden = -1e30

@Sendable private func additiveAttention(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: AdditiveAttention.Spec = try layer.spec()
    let weight = layer.constant(try layer.tensor("weight"), "weight")
    let steps = layer.masked(x)
    let product = layer.node("MatMul", steps, weight)
    // [batch, time, 1]
    var scores: String
    switch spec.form {
    case .additive:
        let bias = layer.constant(try layer.tensor("bias"), "bias")
        let scorer = try layer.tensor("scorer")
        var hiddenLayer = layer.node("Tanh", layer.node("Add", product, bias))
        if spec.gated {
            let gate = layer.node(
                "MatMul", steps, layer.constant(try layer.tensor("gate_weight"), "gate_weight"))
            let bias = layer.constant(try layer.tensor("gate_bias"), "gate_bias")
            hiddenLayer = layer.node(
                "Mul", hiddenLayer, layer.node("Sigmoid", layer.node("Add", gate, bias)))
        }
        scores = layer.node(
            "MatMul", hiddenLayer,
            layer.constant(scorer.reshaped([scorer.count, 1]), "scorer"))
    case .reduced:
        try layer.needsFixedSteps(x, "the reduced form has one bias per step")
        let bias = try layer.tensor("bias")
        scores = layer.node(
            "Tanh", layer.node("Add", product, layer.constant(bias.reshaped([bias.count, 1]), "bias")))
    }
    let mask = x.lengths?.mask(x, axes: 1, layer)
    if let mask { scores = layer.node("Where", mask, scores, layer.number(hidden)) }
    var weights = layer.softmax(scores, axis: 1)
    // Without valid steps the weights would be uniform; they must be zero.
    if let mask { weights = layer.node("Where", mask, weights, layer.number(0)) }
    if layer.export.wants(.pooling) {
        layer.export.addAttention(
            layer.node("Squeeze", weights, layer.integers([2])), .pooling, x, layer.path)
    }
    let context = layer.node("MatMul", layer.transpose(weights, [0, 2, 1]), steps)
    return ONNXSignal(
        layer.node("Squeeze", context, layer.integers([1])), shape: try layer.plannedShape(x))
}

@Sendable private func multiHeadAttention(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: MultiHeadAttention.Spec = try layer.spec()
    var x = x
    if layer.children.contains(where: { $0.name == "positions" }) { x = try layer.apply("positions", to: x) }
    let input = x.with(layer.masked(x))
    let size = spec.size ?? x.shape[1] / spec.heads
    let width = spec.heads * size
    func heads(_ name: String, _ order: [Int]) throws -> String {
        let split = layer.reshape(try layer.apply(name, to: input).value, [0, 0, spec.heads, size])
        return layer.transpose(split, order)
    }
    let query = layer.node(
        "Mul", try heads("query", [0, 2, 1, 3]), layer.number(1 / Double(size).squareRoot()))
    var scores = layer.node("MatMul", query, try heads("key", [0, 2, 3, 1]))
    if let lengths = x.lengths {
        let mask = layer.node("Unsqueeze", lengths.mask(x, axes: 0, layer), layer.integers([1, 2]))
        scores = layer.node("Where", mask, scores, layer.number(hidden))
    }
    if spec.causal {
        let steps = layer.stepNumbers(x)
        let isFuture = layer.node("Less", layer.node("Unsqueeze", steps, layer.integers([1])), steps)
        scores = layer.node("Where", isFuture, layer.number(hidden), scores)
    }
    let weights = layer.softmax(scores, axis: -1)
    if layer.export.wants(.all) { layer.export.addAttention(weights, .all, x, layer.path) }
    let context = layer.node("MatMul", weights, try heads("value", [0, 2, 1, 3]))
    let joined = layer.reshape(layer.transpose(context, [0, 2, 1, 3]), [0, 0, width])
    return try layer.apply("output", to: x.with(joined, shape: [x.shape[0], width]))
}

@Sendable private func positions(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: PositionalEncoding.Spec = try layer.spec()
    if x.hasAnySteps, spec.kind == .sinusoidal {
        return x.with(layer.node("Add", x.value, sines(layer, x)))
    }
    if x.hasAnySteps, spec.steps == nil {
        try layer.needsFixedSteps(
            x, "\"steps\" is null, so that the embeddings have the length of the input")
    }
    // The positional encoding, obtained by adding it to zeros.
    let steps = x.hasAnySteps ? spec.steps ?? x.shape[0] : x.shape[0]
    let table = layer.layer(.zeros([1, steps, x.shape[1]])).reshaped([steps, x.shape[1]])
    var vectors = layer.constant(table, "table")
    if x.hasAnySteps {
        let end = layer.node("Unsqueeze", layer.stepCount(x), layer.integers([0]))
        vectors = layer.node("Slice", vectors, layer.integers([0]), end)
    }
    return x.with(layer.node("Add", x.value, vectors))
}

/// sin(step * rate + phase) for any number of steps, in double precision because the angles of late steps are large.
private func sines(_ layer: ONNXLayer, _ x: ONNXSignal) -> String {
    let channels = x.shape[1]
    let rates = (0..<channels).map { Foundation.pow(10_000, -Double($0 / 2 * 2) / Double(channels)) }
    let phases = (0..<channels).map { $0 % 2 == 0 ? 0 : Double.pi / 2 }
    let steps = layer.node(
        "Unsqueeze", layer.cast(layer.stepNumbers(x), to: .double), layer.integers([1]))
    let angles = layer.node(
        "Add", layer.node("Mul", steps, layer.graph.doubles(rates)), layer.graph.doubles(phases))
    return layer.cast(layer.node("Sin", angles), to: .float)
}
