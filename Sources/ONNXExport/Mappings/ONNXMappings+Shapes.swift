import Layers

extension ONNXMappings {
    /// Reshaping and masking.
    func addingShapes() -> ONNXMappings {
        adding(Flatten.Spec.self, flatten).adding(Reshape.Spec.self, reshape).adding(
            Masking.Spec.self, masking
        ).adding(Unmasking.Spec.self, unmask)
    }
}

extension ONNXLayer {
    /// Returns the last step, counted from 1, at which a condition of shape [batch, time] holds; 0 if there is none.
    func lastStep(where condition: String, _ x: ONNXSignal) -> String {
        let numbers = node("Add", stepNumbers(x), integers([1]))
        let found = node("Mul", cast(condition, to: .int64), numbers)
        return reduce("ReduceMax", found, axes: [1])
    }
}

@Sendable private func flatten(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    try layer.needsFixedSteps(x, "it flattens all steps into one vector")
    let shape = try layer.plannedShape(x)
    return ONNXSignal(layer.reshape(x.shape.count > 1 ? layer.masked(x) : x.value, [0] + shape), shape: shape)
}

@Sendable private func reshape(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let (spec, shape): (Reshape.Spec, [Int]) = (try layer.spec(), try layer.plannedShape(x))
    let keepsSteps = Reshape.Spec.keepsSteps(x.shape, shape)
    // A fixed first size is only valid for the original number of steps.
    if !keepsSteps || spec.shape.first != -1 {
        try layer.needsFixedSteps(x, "the target shape requires a fixed number of steps")
    }
    guard !shape.contains(0) else {
        throw layer.problem("the shape \(shape) has no elements", advice: "use sizes of at least 1")
    }
    if keepsSteps {
        return x.with(layer.reshape(layer.masked(x), x.keptSizes + shape.dropFirst()), shape: shape)
    }
    return ONNXSignal(layer.reshape(x.shape.count > 1 ? layer.masked(x) : x.value, [0] + shape), shape: shape)
}

@Sendable private func unmask(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    try layer.needsFixedSteps(x, "it treats padding as valid steps")
    return ONNXSignal(layer.masked(x), shape: x.shape)
}

@Sendable private func masking(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Masking.Spec = try layer.spec()
    var result = x
    result.lengths = ONNXLengths {
        let differs = layer.node("Not", layer.node("Equal", x.value, layer.number(spec.value)))
        let count = layer.reduce(
            "ReduceMax", layer.cast(differs, to: .int64), axes: Array(2..<x.shape.count + 1))
        var holds = layer.node("Greater", count, layer.integers([0]))
        if let lengths = x.lengths { holds = layer.node("And", holds, lengths.mask(x, axes: 0, layer)) }
        return layer.lastStep(where: holds, x)
    }
    return result
}
