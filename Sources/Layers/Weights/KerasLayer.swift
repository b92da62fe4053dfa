import Autograd

// The layout of each layer's weights in Keras. Dense layers and convolutions have the same layout in both.

/// A variable of Keras and the weights here that it is converted to.
struct KerasSlot: CustomStringConvertible {
    /// The full name here.
    let name: String
    /// The last component of the name in Keras; nil matches any.
    let variable: String?
    /// The possible shapes in Keras; the first is the usual one.
    let shapes: [[Int]]
    /// Whether it may be missing in a file.
    var isOptional = false
    let store: (Tensor) -> Void

    var description: String { variable.map { "\(name) (Keras' \($0))" } ?? name }

    /// The cost of a missing variable.
    var price: Int32 { isOptional ? 0 : 1 }

    /// Weights that match any name may differ by axes of size 1.
    func fits(_ shape: [Int]) -> Bool {
        shapes.contains(shape)
            || variable == nil && shape.filter { $0 != 1 } == shapes[0].filter { $0 != 1 }
    }

    init(
        _ name: String, _ variable: String?, _ shapes: [[Int]], isOptional: Bool = false,
        store: @escaping (Tensor) -> Void
    ) {
        (self.name, self.variable, self.shapes) = (name, variable, shapes)
        (self.isOptional, self.store) = (isOptional, store)
    }

    /// Creates a slot for a parameter with the same elements in the same order.
    init(_ name: String, _ variable: String?, _ parameter: Parameter, also shapes: [[Int]] = []) {
        self.init(name, variable, [parameter.shape] + shapes) {
            parameter.value = $0.reshaped(parameter.shape)
        }
    }

    init(_ name: String, _ variable: String?, _ buffer: Buffer) {
        self.init(name, variable, [buffer.shape]) { buffer.value = $0.reshaped(buffer.shape) }
    }
}

/// A layer that Keras stores in a different form.
protocol KerasLayer: Layer {
    /// Returns its weights in the order of Keras; `prefix` precedes the names here.
    func slotsInKeras(_ prefix: String) -> [KerasSlot]
}

extension Layer {
    /// Returns the weights in the order of the structure.
    func kerasSlots(_ prefix: String) -> [KerasSlot] {
        if let layer = self as? any KerasLayer { return layer.slotsInKeras(prefix) }
        return members.flatMap { member -> [KerasSlot] in
            switch member {
            case .parameter(let name, let parameter): [KerasSlot(prefix + name, nil, parameter)]
            case .buffer(let name, let buffer): [KerasSlot(prefix + name, nil, buffer)]
            case .layer(let name, let layer): layer.kerasSlots(prefix + name + ".")
            }
        }
    }
}

extension Model: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] { layer.kerasSlots(prefix) }
}

extension Block: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        guard options is any SeparableSpec else {
            return inner.kerasSlots(prefix)
        }
        return zip(inner.kerasSlots(prefix), ["depthwise_kernel", "pointwise_kernel", "bias"]).map {
            KerasSlot($0.name, $1, $0.shapes, store: $0.store)
        }
    }
}

extension Dense: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] { kernelAndBias(prefix, weight, bias) }
}

extension Conv1D: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        kernelAndBias(prefix, weight, bias, groups: options.groups)
    }
}

extension Conv2D: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        kernelAndBias(prefix, weight, bias, groups: options.groups)
    }
}

/// A depthwise convolution may have the shape [kernel..., channels, multiplier] in Keras.
private func kernelAndBias(
    _ prefix: String, _ weight: Parameter, _ bias: Parameter?, groups: Int = 1
) -> [KerasSlot] {
    let (taps, filters) = (weight.shape.dropLast(2), weight.shape[weight.shape.count - 1])
    let isDepthwise = weight.shape[weight.shape.count - 2] == 1
    let kernel = KerasSlot(
        prefix + "weight", "kernel", weight, also: isDepthwise ? [taps + [groups, filters / groups]] : [])
    return [kernel] + (bias.map { [KerasSlot(prefix + "bias", "bias", $0)] } ?? [])
}

extension BatchNorm: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        (gamma.map { [KerasSlot(prefix + "weight", "gamma", $0)] } ?? [])
            + (beta.map { [KerasSlot(prefix + "bias", "beta", $0)] } ?? [])
            + [
                KerasSlot(prefix + "running_mean", "moving_mean", runningMean),
                KerasSlot(prefix + "running_variance", "moving_variance", runningVariance),
            ]
    }
}

extension LayerNorm: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        [KerasSlot(prefix + "weight", "gamma", gamma), KerasSlot(prefix + "bias", "beta", beta)]
    }
}

extension GroupNorm: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        [KerasSlot(prefix + "weight", "gamma", gamma), KerasSlot(prefix + "bias", "beta", beta)]
    }
}

extension FeatureNorm: KerasLayer {
    /// Keras' `Normalization` stores the variance and the number of examples.
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        let deviation = deviation
        return [
            KerasSlot(prefix + "mean", "mean", mean),
            KerasSlot(prefix + "deviation", "variance", [deviation.shape]) { variance in
                deviation.value = choose(greater(variance, 0), variance, 1).sqrt()
            },
            KerasSlot(prefix + "count", "count", [[], [1]], isOptional: true) { _ in },
        ]
    }
}

extension Embedding: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        [KerasSlot(prefix + "weight", "embeddings", weight)]
    }
}

extension AdditiveAttention: KerasLayer {
    /// Keras has no such layer; one that consists of two dense layers also has a bias of the score, which has no effect.
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        let own = [KerasSlot(prefix + "weight", nil, weight), KerasSlot(prefix + "bias", nil, bias)]
        guard let scorer else { return own }
        return own + [
            KerasSlot(prefix + "scorer", nil, scorer),
            KerasSlot(prefix + "scorer_bias", "bias", [[1]], isOptional: true) { _ in },
        ]
            + (gate.map {
                [
                    KerasSlot(prefix + "gate_weight", nil, $0.weight),
                    KerasSlot(prefix + "gate_bias", nil, $0.bias),
                ]
            } ?? [])
    }
}

extension MultiHeadAttention: KerasLayer {
    /// Keras stores the heads on a separate axis: [channels, heads, size] and [heads, size, channels].
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        let split = [options.heads, query.weight.shape[1] / options.heads]
        return members.flatMap { member -> [KerasSlot] in
            guard case .layer(let name, let layer) = member else { return [] }
            let slots = layer.kerasSlots(prefix + name + ".")
            guard layer is Dense else { return slots }
            return slots.map { slot in
                let whole = slot.shapes[0]
                let shape =
                    name == "output"
                    ? (whole.count == 1 ? whole : split + [whole[1]]) : whole.dropLast() + split
                return KerasSlot(slot.name, slot.variable, [shape], store: slot.store)
            }
        }
    }
}

extension Recurrent: KerasLayer {
    func slotsInKeras(_ prefix: String) -> [KerasSlot] {
        guard options is GRUSpec else { return slots(prefix) { $0 } }
        // The gates are in the order z, r, h in Keras, and r, z, n here.
        let units = options.recurrent.units.value
        return slots(prefix) { gates in
            let last = gates.rank - 1
            let (update, reset, new) = (0..<units, units..<2 * units, 2 * units..<3 * units)
            return concatenate([reset, update, new].map { gates.slice(axis: last, $0) }, axis: last)
        }
    }

    /// Returns the slots of all cells; `reordered` converts the order of the gates along the last axis.
    private func slots(_ prefix: String, _ reordered: @escaping (Tensor) -> Tensor) -> [KerasSlot] {
        named.flatMap { name, cell -> [KerasSlot] in
            func slot(_ own: String, _ variable: String, _ parameter: Parameter) -> KerasSlot {
                KerasSlot(prefix + name + own, variable, [parameter.shape]) {
                    parameter.value = reordered($0)
                }
            }
            let bias: KerasSlot
            if let recurrentBias = cell.recurrentBias {
                // Keras stores both biases as one tensor, [2, gates].
                bias = KerasSlot(prefix + name + "bias", "bias", [[2] + cell.bias.shape]) {
                    cell.bias.value = reordered($0.select(axis: 0, index: 0))
                    recurrentBias.value = reordered($0.select(axis: 0, index: 1))
                }
            } else {
                bias = slot("bias", "bias", cell.bias)
            }
            return [
                slot("weight", "kernel", cell.weight),
                slot("recurrent_weight", "recurrent_kernel", cell.recurrentWeight), bias,
            ]
        }
    }
}
