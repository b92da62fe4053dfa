import Autograd

// PyTorch stores dense and recurrent weights as [out, in], convolutions with the kernel axes last, two biases per
// recurrent layer, and some tensors under other names. Everything else is equal for models of the same structure.

extension Layer {
    /// Reads weights written by PyTorch (`safetensors.torch.save_file(model.state_dict(), ...)`) into a model of the same
    /// structure and names, such as `efficientnet`, or a sequential model that corresponds to an `nn.Sequential`.
    ///
    /// It converts dense layers, convolutions, batch, layer and group normalization, embeddings, GRU, LSTM, simple RNN,
    /// multi-head attention (`nn.MultiheadAttention`) and transformers (`nn.TransformerEncoderLayer`). Throws a
    /// `WeightsError` with every mismatch and then changes nothing.
    public func loadTorchWeights(from path: String, prefix: String = "") throws {
        try loadTorchWeights(SafeTensors(contentsOf: path), file: path, prefix: prefix)
    }

    /// Reads weights written by PyTorch from an open file. Names in the file start with `prefix`.
    public func loadTorchWeights(_ tensors: SafeTensors, file: String, prefix: String = "") throws {
        let slots = torchSlots(prefix, "", tensors.contains)
        var problem = WeightsError(file: file)
        problem.unlike = unlikeTorch(prefix)
        var known: Set<String> = []
        var values: [Tensor] = []
        for slot in slots {
            known.formUnion(slot.sources)
            if let value = try slot.read(tensors, &problem) { values.append(value) }
        }
        problem.unexpected = tensors.names.filter {
            $0.hasPrefix(prefix) && !known.contains($0) && !$0.hasSuffix(torchCounter)
        }
        guard problem.isEmpty else { throw problem }
        for (slot, value) in zip(slots, values) { slot.store(value) }
    }

    /// The layers that compute something else than their counterparts in PyTorch.
    func unlikeTorch(_ prefix: String) -> [(name: String, reason: String)] {
        if let gru = spec as? GRU.Spec, !gru.resetAfter {
            let name = prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix
            return [
                (
                    name,
                    #"PyTorch's GRU applies the reset gate after the matrix product; set "reset_after": true"#
                )
            ]
        }
        return members.flatMap { member -> [(name: String, reason: String)] in
            guard case .layer(let name, let layer) = member else { return [] }
            return layer.unlikeTorch(prefix + name + ".")
        }
    }

    /// Returns the weights with their names in PyTorch.
    ///
    /// - Parameters:
    ///   - prefix: The prefix of PyTorch's names.
    ///   - own: The prefix of the names here.
    ///   - contains: Whether the file has a tensor of that name.
    package func torchSlots(_ prefix: String, _ own: String, _ contains: (String) -> Bool) -> [WeightSlot] {
        if let layer = self as? any TorchLayer { return layer.slotsInTorch(prefix, own, contains) }
        return members.flatMap { member -> [WeightSlot] in
            switch member {
            case .layer(let name, let layer):
                return layer.torchSlots(prefix + name + ".", own + name + ".", contains)
            case .parameter(let name, let parameter):
                return [slot(prefix + name, own + name, parameter.shape, name) { parameter.value = $0 }]
            case .buffer(let name, let buffer):
                let torchName = name == "running_variance" ? "running_var" : name
                var slot = slot(prefix + torchName, own + name, buffer.shape, name) { buffer.value = $0 }
                slot.isOptional = self is FeatureNorm
                return [slot]
            }
        }
    }

    private func slot(
        _ source: String, _ own: String, _ shape: [Int], _ name: String, _ store: @escaping (Tensor) -> Void
    ) -> WeightSlot {
        let order: [Int]
        switch self {
        case is Dense where name == "weight": order = [1, 0]
        case is Conv1D where name == "weight": order = [2, 1, 0]
        case is Conv2D where name == "weight": order = [2, 3, 1, 0]
        default: order = Array(shape.indices)
        }
        var torchShape = shape
        for (to, from) in order.enumerated() { torchShape[from] = shape[to] }
        return WeightSlot(name: own, sources: [source], shape: shape, sourceShape: torchShape, store: store) {
            tensors in
            var tensor = tensors[0]
            // A pointwise convolution can serve as a dense layer.
            while tensor.rank > order.count, tensor.shape.last == 1 { tensor = tensor.squeezed(-1) }
            return tensor.rank == order.count ? tensor.permuted(order) : nil
        }
    }
}

/// The end of the names of PyTorch's counters, which have no counterpart here.
let torchCounter = "num_batches_tracked"

/// A layer that PyTorch stores in a different form.
private protocol TorchLayer: Layer {
    /// Returns the locations of its weights; `prefix` precedes PyTorch's names in the file.
    func slotsInTorch(_ prefix: String, _ own: String, _ contains: (String) -> Bool) -> [WeightSlot]
}

extension Model: TorchLayer {
    fileprivate func slotsInTorch(_ prefix: String, _ own: String, _ contains: (String) -> Bool)
        -> [WeightSlot]
    {
        layer.torchSlots(prefix, own, contains)
    }
}

extension Block: TorchLayer {
    /// PyTorch's transformer has other names for its sublayers.
    fileprivate func slotsInTorch(_ prefix: String, _ own: String, _ contains: (String) -> Bool)
        -> [WeightSlot]
    {
        guard let transformer = options as? TransformerSpec else {
            return inner.torchSlots(prefix, own, contains)
        }
        return transformer.namesInTorch.flatMap { ours, theirs in
            inner.layer(at: ours)?.torchSlots(prefix + theirs + ".", own + ours + ".", contains) ?? []
        }
    }
}

extension TransformerSpec {
    /// The sublayers with weights, and their names in `nn.TransformerEncoderLayer`.
    fileprivate var namesInTorch: KeyValuePairs<String, String> {
        normFirst
            ? [
                "attention.body.0": "norm1", "attention.body.1": "self_attn", "network.body.0": "norm2",
                "network.body.1": "linear1", "network.body.3": "linear2",
            ]
            : [
                "attention.0.body.0": "self_attn", "attention.1": "norm1", "network.0.body.0": "linear1",
                "network.0.body.2": "linear2", "network.1": "norm2",
            ]
    }
}

extension MultiHeadAttention: TorchLayer {
    /// PyTorch stores the query, key and value projections as one matrix, [3 * width, channels].
    fileprivate func slotsInTorch(_ prefix: String, _ own: String, _ contains: (String) -> Bool)
        -> [WeightSlot]
    {
        let isPacked = contains(prefix + "in_proj_weight") || contains(prefix + "in_proj_bias")
        var slots: [WeightSlot] = []
        for case .layer(let name, let layer) in members {
            guard isPacked, let dense = layer as? Dense else {
                slots += layer.torchSlots(prefix + name + ".", own + name + ".", contains)
                continue
            }
            if name == "output" {
                slots += dense.torchSlots(prefix + "out_proj.", own + name + ".", contains)
                continue
            }
            let width = dense.weight.shape[1]
            let place = ["query", "key", "value"].firstIndex(of: name) ?? 0
            let rows = place * width..<(place + 1) * width
            for (source, part, parameter) in [
                ("in_proj_weight", "weight", dense.weight), ("in_proj_bias", "bias", dense.bias),
            ] {
                guard let parameter else { continue }
                let packed = [3 * width] + parameter.shape.dropLast()
                slots.append(
                    WeightSlot(
                        name: own + name + "." + part, sources: [prefix + source], shape: parameter.shape,
                        sourceShape: packed,
                        store: { parameter.value = $0 }
                    ) { tensors in
                        guard tensors[0].shape == packed else { return nil }
                        let part = tensors[0].slice(axis: 0, rows)
                        return packed.count == 2 ? part.transposed() : part
                    })
            }
        }
        return slots
    }
}

extension Recurrent: TorchLayer {
    /// PyTorch's names are `weight_ih_l0`, `weight_hh_l0_reverse`; it always has two biases.
    fileprivate func slotsInTorch(_ prefix: String, _ own: String, _ contains: (String) -> Bool)
        -> [WeightSlot]
    {
        zip(named, numbered).flatMap { named, numbered -> [WeightSlot] in
            let (layer, direction, cell) = numbered
            let end = "_l\(layer)" + (direction == 1 ? "_reverse" : "")
            func slot(_ name: String, _ parameter: Parameter, _ sources: [String]) -> WeightSlot {
                let shape = Array(parameter.shape.reversed())
                return WeightSlot(
                    name: own + named.0 + name, sources: sources.map { prefix + $0 + end },
                    shape: parameter.shape, sourceShape: shape, store: { parameter.value = $0 }
                ) { tensors in
                    guard tensors.allSatisfy({ $0.shape == shape }) else { return nil }
                    return shape.count == 2
                        ? tensors[0].transposed() : tensors.dropFirst().reduce(tensors[0], +)
                }
            }
            let matrices = [
                slot("weight", cell.weight, ["weight_ih"]),
                slot("recurrent_weight", cell.recurrentWeight, ["weight_hh"]),
            ]
            guard let recurrentBias = cell.recurrentBias else {
                return matrices + [slot("bias", cell.bias, ["bias_ih", "bias_hh"])]
            }
            return matrices + [
                slot("bias", cell.bias, ["bias_ih"]), slot("recurrent_bias", recurrentBias, ["bias_hh"]),
            ]
        }
    }
}

extension Layer {
    /// Returns the sublayer at a path such as "attention.body.0".
    fileprivate func layer(at path: String) -> (any Layer)? {
        for case .layer(let name, let layer) in members {
            if path == name { return layer }
            if path.hasPrefix(name + ".") { return layer.layer(at: String(path.dropFirst(name.count + 1))) }
        }
        return nil
    }
}
