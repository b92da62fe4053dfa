import Autograd
import Layers

extension ONNXMappings {
    /// Fully connected layers, elementwise functions and embeddings.
    func addingDense() -> ONNXMappings {
        adding(Dense.Spec.self, dense).adding(ActivationLayer.Spec.self, activation)
            .adding(GatedLinear.Spec.self, gatedLinear).adding(Embedding.Spec.self, embedding)
            .adding(LayerSum.Spec.self, layerSum)
    }
}

extension ONNXLayer {
    /// x W + b along the last axis.
    func linear(_ value: String, _ weight: Tensor, bias: Tensor?) -> String {
        let product = node("MatMul", value, constant(weight, "weight"))
        return bias.map { node("Add", product, constant($0, "bias")) } ?? product
    }

    /// Applies an activation to a value.
    public func activate(_ value: String, _ activation: Activation) -> String {
        switch activation {
        case .none: return value
        case .relu: return node("Relu", value)
        case .tanh: return node("Tanh", value)
        case .sigmoid: return node("Sigmoid", value)
        case .silu: return node("Mul", value, node("Sigmoid", value))
        case .elu: return node("Elu", [value], [("alpha", .float(1))])[0]
        case .leakyReLU: return node("LeakyRelu", [value], [("alpha", .float(0.01))])[0]
        case .softplus: return node("Softplus", value)
        case .softmax: return softmax(value, axis: -1)
        case .gelu:
            // x / 2 (1 + erf(x / sqrt(2)))
            let erf = node("Erf", node("Mul", value, number(0.5.squareRoot())))
            return node("Mul", node("Mul", value, number(0.5)), node("Add", erf, number(1)))
        case .geluTanh:
            // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
            let cube = node("Mul", node("Mul", value, value), value)
            let sum = node("Add", value, node("Mul", cube, number(0.044715)))
            let tanh = node("Tanh", node("Mul", sum, number((2 / Double.pi).squareRoot())))
            return node("Mul", node("Mul", value, number(0.5)), node("Add", tanh, number(1)))
        }
    }
}

@Sendable private func dense(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Dense.Spec = try layer.spec()
    var weight = try layer.tensor("weight")
    if let update = (layer.layer as? Dense)?.lowRankUpdate { weight = weight + update.change }
    let sum = layer.linear(x.value, weight, bias: layer.tensorIfAny("bias"))
    return x.with(layer.activate(sum, spec.activation), shape: try layer.plannedShape(x))
}

@Sendable private func activation(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: ActivationLayer.Spec = try layer.spec()
    return x.with(layer.activate(x.value, spec.function))
}

@Sendable private func gatedLinear(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let shape = try layer.plannedShape(x)
    let half = shape[shape.count - 1]
    let halves = layer.node(
        "Split", [x.value, layer.integers([half, half])], [("axis", .integer(-1))], outputs: 2)
    return x.with(layer.node("Mul", halves[0], layer.node("Sigmoid", halves[1])), shape: shape)
}

@Sendable private func layerSum(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: LayerSum.Spec = try layer.spec()
    let shape = try layer.plannedShape(x)
    let channels = shape[shape.count - 1]
    let outer = x.shape.count > 1 ? x.keptSizes + x.shape.dropFirst().dropLast() : [0]
    var layers = layer.reshape(x.value, outer + [spec.layers, channels])
    if spec.normalize {
        let attributes: [(String, ONNXAttribute)] = [("axis", .integer(-1)), ("epsilon", .float(1e-5))]
        let scale = layer.constant(.ones([channels]), "scale")
        layers = layer.node("LayerNormalization", [layers, scale], attributes)[0]
    }
    let weights = try layer.tensor("weight").softmax(axis: -1).reshaped([spec.layers, 1])
    let weighted = layer.node("Mul", layers, layer.constant(weights, "weight"))
    return x.with(layer.reduce("ReduceSum", weighted, axes: [-2], keeps: false), shape: shape)
}

/// The token ids are floats, as in the model's own input.
@Sendable private func embedding(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Embedding.Spec = try layer.spec()
    // Padding need not contain valid token ids.
    let words = layer.cast(layer.masked(x), to: .int64)
    let table = layer.constant(try layer.tensor("weight"), "weight")
    let vectors = layer.node("Gather", [table, words], [("axis", .integer(0))])[0]
    var result = x.with(vectors, shape: try layer.plannedShape(x))
    if spec.masksZero {
        result.lengths = ONNXLengths {
            let isWord = layer.node("Not", layer.node("Equal", words, layer.integers([0])))
            return layer.lastStep(where: isWord, x)
        }
    }
    return result
}
