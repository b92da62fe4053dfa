import Autograd
import Layers

extension ONNXMappings {
    /// Container layers.
    func addingContainers() -> ONNXMappings {
        adding(Sequential.Spec.self, chain)
            // Used by blocks; cannot be named in a config.
            .adding(type: "chain", chain)
            .adding(Residual.Spec.self, residual)
            .adding(Branches.Spec.self, branches)
            .adding(Voting.Spec.self, voting)
            .adding(MultiOutput.Spec.self, multiOutput)
            .adding(Graph.Spec.self, graph)
            .adding(Windows.Spec.self, windows)
            .adding(SqueezeExcitation.Spec.self, squeezeExcitation)
    }

    /// Layers that have no effect in inference.
    func addingIdentities() -> ONNXMappings {
        adding(Dropout.Spec.self, identity).adding(SpatialDropout.Spec.self, identity)
            .adding(DropPath.Spec.self, identity).adding(GaussianNoise.Spec.self, identity)
            .adding(GradientReversal.Spec.self, identity)
    }
}

@Sendable private func identity(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal { x }

@Sendable private func chain(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    try layer.children.reduce(x) { try layer.apply($1.name, to: $0) }
}

@Sendable private func residual(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Residual.Spec = try layer.spec()
    // The body, then the projection, if any.
    let names = layer.children.map(\.name)
    let inner = try layer.apply(names[0], to: x)
    let shortcut = names.count > 1 ? try layer.apply(names[1], to: x) : x
    let change = spec.scale == 1 ? inner.value : layer.node("Mul", inner.value, layer.number(spec.scale))
    return inner.with(layer.activate(layer.node("Add", shortcut.value, change), spec.activation))
}

@Sendable private func branches(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Branches.Spec = try layer.spec()
    let outputs = try layer.children.map { try layer.apply($0.name, to: x) }
    return try join(layer, outputs, spec.join)
}

@Sendable private func voting(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    guard let voting = layer.layer as? Voting else {
        throw layer.problem(
            "the layer is not a Voting", advice: "use this mapping only for layers of this type")
    }
    let outputs = try layer.children.map { try layer.apply($0.name, to: x) }
    let votes = zip(outputs, voting.shares).map { output, share in
        let vote =
            voting.rule == .logits
            ? output.value : layer.node("Softmax", [output.value], [("axis", .integer(-1))])[0]
        return layer.node("Mul", vote, layer.number(share))
    }
    let sum = votes.dropFirst().reduce(votes[0]) { layer.node("Add", $0, $1) }
    // The logarithm of a probability that is too small for Float stays finite.
    let value =
        voting.rule == .logits ? sum : layer.node("Log", layer.node("Max", sum, layer.number(1e-37)))
    return ONNXSignal(value, shape: outputs[0].shape)
}

@Sendable private func multiOutput(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let sides = layer.constant(Tensor([-1, 1], shape: [2, 1]), "sides")
    let odds = try layer.children.map { layer.node("MatMul", try layer.apply($0.name, to: x).value, sides) }
    return ONNXSignal(layer.node("Concat", odds, [("axis", .integer(1))])[0], shape: [odds.count])
}

@Sendable private func graph(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    guard let graph = layer.layer as? Graph else {
        throw layer.problem(
            "the layer is not a Graph", advice: "use this mapping only for layers of this type")
    }
    var outputs: [ONNXSignal] = []
    for (child, source) in zip(layer.children, graph.sources) {
        let inputs = source.places.map { $0 < 0 ? x : outputs[$0] }
        outputs.append(try layer.apply(child.name, to: join(layer, inputs, source.join)))
    }
    return outputs[graph.output]
}

private func join(_ layer: ONNXLayer, _ signals: [ONNXSignal], _ joining: Joining) throws -> ONNXSignal {
    if signals.count == 1 { return signals[0] }
    let values = signals.map(\.value)
    let joined =
        switch joining {
        case .concatenate: layer.node("Concat", values, [("axis", .integer(-1))])[0]
        case .sum: values.dropFirst().reduce(values[0]) { layer.node("Add", $0, $1) }
        case .product: values.dropFirst().reduce(values[0]) { layer.node("Mul", $0, $1) }
        case .average:
            layer.node(
                "Mul", values.dropFirst().reduce(values[0]) { layer.node("Add", $0, $1) },
                layer.number(1 / Double(values.count)))
        }
    var result = signals[0].with(joined, shape: try joining.shape(signals.map(\.shape)))
    // A step is valid if it is valid in all inputs.
    let known = signals.compactMap(\.lengths)
    if known.count > 1 {
        result.lengths = ONNXLengths { layer.node("Min", known.map(\.value), [])[0] }
    } else {
        result.lengths = known.first
    }
    return result
}

@Sendable private func squeezeExcitation(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let pooled = layer.average(x)
    let weights = try layer.apply("fc2", to: layer.apply("fc1", to: pooled))
    let axes = layer.integers(Array(1..<x.shape.count))
    return x.with(layer.node("Mul", x.value, layer.node("Unsqueeze", weights.value, axes)))
}

/// All windows of an input of full length; those beyond the end of a sequence have one valid step, and are padding afterwards.
@Sendable private func windows(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Windows.Spec = try layer.spec()
    try layer.needsFixedSteps(x, "the windows of a sequence are cut at fixed steps")
    let (steps, channels) = (x.shape[0], x.shape[1])
    let count = spec.count(steps)
    let starts = (0..<count).map { $0 * spec.step }
    // Steps beyond the end repeat the last one, and are not valid.
    let places = starts.flatMap { start in (0..<spec.size).map { min(start + $0, steps - 1) } }
    let gathered = layer.node("Gather", [layer.masked(x), layer.integers(places)], [("axis", .integer(1))])[0]
    let bags = layer.reshape(gathered, [-1, spec.size, channels])
    func lengths() -> String {
        if let known = x.lengths { return known.counted(x, layer) }
        let batch = layer.node("Shape", [x.value], [("start", .integer(0)), ("end", .integer(1))])[0]
        return layer.node("Expand", layer.integers([steps]), batch)
    }
    let own = ONNXLengths {
        let column = layer.node("Unsqueeze", lengths(), layer.integers([1]))
        let left = layer.node("Sub", column, layer.integers(starts))
        let most = layer.node("Min", left, layer.integers([spec.size]))
        return layer.reshape(layer.node("Max", most, layer.integers([1])), [-1])
    }
    let outer = layer.export.allowsAttention
    layer.export.allowsAttention = false
    defer { layer.export.allowsAttention = outer }
    let body = try layer.apply("layers", to: ONNXSignal(bags, shape: [spec.size, channels], lengths: own))
    let width = body.shape[0]
    var result = ONNXSignal(layer.reshape(body.value, [-1, count, width]), shape: [count, width])
    guard x.lengths != nil else { return result }
    result.lengths = ONNXLengths {
        let more = layer.node("Sub", lengths(), layer.integers([spec.size - spec.step + 1]))
        let found = layer.node("Div", more, layer.integers([spec.step]))
        return layer.node("Add", layer.node("Max", found, layer.integers([0])), layer.integers([1]))
    }
    result.value = layer.masked(result)
    return result
}
