import Autograd
import Layers

extension ONNXMappings {
    /// Recurrent layers.
    func addingRecurrent() -> ONNXMappings {
        adding(GRU.Spec.self, gru).adding(LSTM.Spec.self, lstm).adding(SimpleRNN.Spec.self, rnn)
    }
}

/// A recurrent layer in general.
private struct Recurrent {
    /// The operator.
    var operation: String
    /// The index of our gate for each gate of ONNX.
    var gates: [Int]
    var units: Int, layers: Int
    var isBidirectional: Bool
    var output: RecurrentOutput
    var attributes: [(String, ONNXAttribute)] = []

    private var directions: [String] { isBidirectional ? ["forward", "backward"] : ["forward"] }

    func map(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
        let width = units * directions.count
        // [time, batch, channels], the layout of the operators.
        var sequence = layer.transpose(x.value, [1, 0, 2])
        var last = ""
        for index in 0..<layers {
            let weights = try ["weight", "recurrent_weight"].map { name in
                layer.constant(
                    stack(try named(name, index, layer).map { ordered($0).permuted([1, 0]) }, axis: 0),
                    "\(index).\(name)")
            }
            let biases = zip(
                try named("bias", index, layer),
                directions.map { layer.tensorIfAny("\(index).\($0).recurrent_bias") }
            ).map { bias, recurrent in
                concatenate([ordered(bias), recurrent.map(ordered) ?? .zeros(bias.shape)], axis: 0)
            }
            let results = layer.node(
                operation,
                [sequence] + weights
                    + [
                        layer.constant(stack(biases, axis: 0), "\(index).bias"),
                        x.lengths?.int32(x, layer) ?? "",
                    ],
                attributes + [
                    ("hidden_size", .integer(units)),
                    ("direction", .text(isBidirectional ? "bidirectional" : "forward")),
                ], outputs: 2)
            last = results[1]
            if index + 1 == layers, output == .last { break }
            // [time, directions, batch, units] becomes [time, batch, directions * units].
            sequence = layer.reshape(layer.transpose(results[0], [0, 2, 1, 3]), [0, 0, width])
        }
        let shape = try layer.plannedShape(x)
        switch output {
        case .sequence: return x.with(layer.transpose(sequence, [1, 0, 2]), shape: shape)
        case .last:
            return ONNXSignal(layer.reshape(layer.transpose(last, [1, 0, 2]), [0, width]), shape: shape)
        }
    }

    private func named(_ name: String, _ index: Int, _ layer: ONNXLayer) throws -> [Tensor] {
        try directions.map { try layer.tensor("\(index).\($0).\(name)") }
    }

    /// Reorders the gates along the last axis.
    private func ordered(_ tensor: Tensor) -> Tensor {
        let parts = tensor.split(into: gates.count, axis: -1)
        return concatenate(gates.map { parts[$0] }, axis: -1)
    }
}

/// ONNX orders gates as update, reset, candidate; our order is reset, update, candidate.
@Sendable private func gru(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: GRU.Spec = try layer.spec()
    return try Recurrent(
        operation: "GRU", gates: [1, 0, 2], units: spec.units.value, layers: spec.layers,
        isBidirectional: spec.bidirectional, output: spec.output,
        attributes: [("linear_before_reset", .integer(spec.resetAfter ? 1 : 0))]
    ).map(layer, x)
}

/// ONNX orders gates as input, output, forget, cell; our order is input, forget, cell, output.
@Sendable private func lstm(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: LSTM.Spec = try layer.spec()
    return try Recurrent(
        operation: "LSTM", gates: [0, 3, 1, 2], units: spec.units.value, layers: spec.layers,
        isBidirectional: spec.bidirectional, output: spec.output
    ).map(layer, x)
}

@Sendable private func rnn(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: SimpleRNN.Spec = try layer.spec()
    let names: [Activation: String] = [
        .none: "Affine", .relu: "Relu", .tanh: "Tanh", .sigmoid: "Sigmoid", .elu: "Elu",
        .softplus: "Softplus",
        .leakyReLU: "LeakyRelu",
    ]
    guard let name = names[spec.activation] else {
        throw layer.problem(
            "ONNX's recurrent operator does not support the activation \"\(spec.activation.rawValue)\"",
            advice: "use one of "
                + Activation.allCases.filter { names[$0] != nil }.map(\.rawValue).joined(separator: ", "))
    }
    let count = spec.bidirectional ? 2 : 1
    func each(_ number: Float) -> ONNXAttribute { .floats(Array(repeating: number, count: count)) }
    var attributes: [(String, ONNXAttribute)] = [
        ("activations", .texts(Array(repeating: name, count: count)))
    ]
    switch spec.activation {
    case .none: attributes += [("activation_alpha", each(1)), ("activation_beta", each(0))]
    case .elu: attributes.append(("activation_alpha", each(1)))
    case .leakyReLU: attributes.append(("activation_alpha", each(0.01)))
    default: break
    }
    return try Recurrent(
        operation: "RNN", gates: [0], units: spec.units.value, layers: spec.layers,
        isBidirectional: spec.bidirectional, output: spec.output, attributes: attributes
    ).map(layer, x)
}
