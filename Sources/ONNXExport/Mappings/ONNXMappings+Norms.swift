import Autograd
import Layers

extension ONNXMappings {
    /// Normalization.
    func addingNorms() -> ONNXMappings {
        adding(BatchNorm.Spec.self, batchNorm).adding(FeatureNorm.Spec.self, featureNorm)
            .adding(LayerNorm.Spec.self, layerNorm).adding(GroupNorm.Spec.self, groupNorm)
    }
}

/// With fixed running statistics, batch normalization is one factor and one shift per channel, in channels-last layout.
@Sendable private func batchNorm(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: BatchNorm.Spec = try layer.spec()
    let mean = try layer.tensor("running_mean").array
    let variance = try layer.tensor("running_variance").array
    let gamma = layer.tensorIfAny("weight")?.array
    let beta = layer.tensorIfAny("bias")?.array
    var (factors, shifts): ([Real], [Real]) = ([], [])
    for channel in mean.indices {
        let factor = Double(gamma?[channel] ?? 1) / (Double(variance[channel]) + spec.epsilon).squareRoot()
        factors.append(Real(factor))
        shifts.append(Real(Double(beta?[channel] ?? 0) - Double(mean[channel]) * factor))
    }
    func constant(_ numbers: [Real], _ name: String) -> String {
        layer.constant(Tensor(numbers, shape: [numbers.count]), name)
    }
    let scaled = layer.node("Mul", x.value, constant(factors, "factor"))
    return x.with(layer.node("Add", scaled, constant(shifts, "shift")))
}

@Sendable private func featureNorm(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    if let norm = layer.layer as? FeatureNorm, !norm.isFitted {
        throw layer.problem(
            "the statistics were never fitted",
            advice:
                "call fitFeatureNorms on the model with training data, or load its weights, before the export"
        )
    }
    let centred = layer.node("Sub", x.value, layer.constant(try layer.tensor("mean"), "mean"))
    return x.with(layer.node("Div", centred, layer.constant(try layer.tensor("deviation"), "deviation")))
}

@Sendable private func layerNorm(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: LayerNorm.Spec = try layer.spec()
    let gamma = layer.constant(try layer.tensor("weight"), "weight")
    let beta = layer.constant(try layer.tensor("bias"), "bias")
    let attributes: [(String, ONNXAttribute)] = [
        ("axis", .integer(-1)), ("epsilon", .float(Float(spec.epsilon))),
    ]
    return x.with(layer.node("LayerNormalization", [x.value, gamma, beta], attributes)[0])
}

/// Built from basic operators, because ONNX's own operator does not support masking.
@Sendable private func groupNorm(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: GroupNorm.Spec = try layer.spec()
    let channels = x.shape[x.shape.count - 1]
    let places = x.shape.count > 1 ? x.shape[1..<x.shape.count - 1].reduce(1, *) : 1
    let size = channels / spec.groups
    // [batch, time, places, groups, size]
    let grouped = layer.reshape(
        x.value, (x.shape.count > 1 ? x.keptSizes : [0, 1]) + [places, spec.groups, size])
    let lengths = x.shape.count > 1 ? x.lengths : nil
    let mask = lengths.map { $0.mask(x, axes: 3, layer) }
    let count = lengths.map { lengths in
        let steps = layer.node("Max", lengths.counted(x, layer), layer.integers([1]))
        let numbers = layer.node("Mul", steps, layer.integers([places * size]))
        return layer.node("Unsqueeze", layer.cast(numbers, to: .float), layer.integers([1, 2, 3, 4]))
    }
    func masked(_ value: String) -> String {
        mask.map { layer.node("Where", $0, value, layer.number(0)) } ?? value
    }
    func average(_ value: String) -> String {
        guard let count else { return layer.reduce("ReduceMean", value, axes: [1, 2, 4], keeps: true) }
        return layer.node("Div", layer.reduce("ReduceSum", value, axes: [1, 2, 4], keeps: true), count)
    }
    let centred = masked(layer.node("Sub", grouped, average(masked(grouped))))
    let variance = average(layer.node("Mul", centred, centred))
    let deviation = layer.node("Sqrt", layer.node("Add", variance, layer.number(spec.epsilon)))
    let normal = layer.reshape(
        layer.node("Div", centred, deviation),
        x.shape.count > 1 ? x.keptSizes + x.shape.dropFirst() : [0] + x.shape)
    let gamma = layer.constant(try layer.tensor("weight"), "weight")
    let beta = layer.constant(try layer.tensor("bias"), "bias")
    let scaled = layer.node("Add", layer.node("Mul", normal, gamma), beta)
    guard let lengths else { return x.with(scaled) }
    return x.with(
        layer.node("Where", lengths.mask(x, axes: x.shape.count - 1, layer), scaled, layer.number(0)))
}
