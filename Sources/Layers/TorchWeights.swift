import Autograd

// PyTorch holds dense and recurrent weights as [out, in], convolutions with their kernel last, two biases for a
// recurrent layer, and its own names for some. All else is the same where a model has the same structure.

extension Layer {
    /// Reads weights that PyTorch wrote (`safetensors.torch.save_file(model.state_dict(), ...)`) into a model of the
    /// same structure and names, such as `efficientnet`, or a sequential model beside an `nn.Sequential`: dense, conv,
    /// batch, layer and group norm, embedding, GRU and LSTM are converted.
    ///
    /// Throws a `WeightsError` with every name that does not fit, and then changes nothing.
    public func loadTorchWeights(from path: String, prefix: String = "") throws {
        try loadTorchWeights(SafeTensors(contentsOf: path), file: path, prefix: prefix)
    }

    /// The same from a file that is open. Names in it begin with `prefix`.
    public func loadTorchWeights(_ tensors: SafeTensors, file: String, prefix: String = "") throws {
        let slots = torchSlots(prefix)
        var problem = WeightsError(file: file)
        var known: Set<String> = []
        for slot in slots {
            known.formUnion(slot.sources)
            let absent = slot.sources.filter { !tensors.contains($0) }
            problem.missing += absent
            guard absent.isEmpty, let first = slot.sources.first else { continue }
            let converted = try slot.convert(slot.sources.map { try tensors.tensor($0) })
            if converted?.shape != slot.shape {
                problem.misshapen.append((first, try tensors.entry(first).shape, slot.torchShape))
            }
        }
        problem.unexpected = tensors.names.filter {
            $0.hasPrefix(prefix) && !known.contains($0) && !$0.hasSuffix("num_batches_tracked")
        }
        guard problem.isEmpty else { throw problem }
        for slot in slots {
            if let value = try slot.convert(slot.sources.map { try tensors.tensor($0) }) { slot.store(value) }
        }
    }

    fileprivate func torchSlots(_ prefix: String) -> [TorchSlot] {
        if let recurrent = self as? any TorchRecurrent { return recurrent.recurrentSlots(prefix) }
        return members.flatMap { member -> [TorchSlot] in
            switch member {
            case .layer(let name, let layer): return layer.torchSlots(prefix + name + ".")
            case .parameter(let name, let parameter):
                return [slot(prefix + name, parameter.shape, name) { parameter.value = $0 }]
            case .buffer(let name, let buffer):
                let name = name == "running_variance" ? "running_var" : name
                return [slot(prefix + name, buffer.shape, name) { buffer.value = $0 }]
            }
        }
    }

    private func slot(
        _ source: String, _ shape: [Int], _ name: String, _ store: @escaping (Tensor) -> Void
    ) -> TorchSlot {
        let order: [Int]
        switch self {
        case is Dense where name == "weight": order = [1, 0]
        case is Conv1D where name == "weight": order = [2, 1, 0]
        case is Conv2D where name == "weight": order = [2, 3, 1, 0]
        default: order = Array(shape.indices)
        }
        var torchShape = shape
        for (to, from) in order.enumerated() { torchShape[from] = shape[to] }
        return TorchSlot(sources: [source], shape: shape, torchShape: torchShape, store: store) { tensors in
            var tensor = tensors[0]
            // A convolution of size 1 serves as a dense layer.
            while tensor.rank > order.count, tensor.shape.last == 1 { tensor = tensor.squeezed(-1) }
            return tensor.rank == order.count ? tensor.permuted(order) : nil
        }
    }
}

/// One parameter or buffer, the tensors in PyTorch's file that make it up, and how.
private struct TorchSlot {
    let sources: [String]
    let shape: [Int]
    /// The shape of the first source.
    let torchShape: [Int]
    let store: (Tensor) -> Void
    /// nil where the number of axes is wrong.
    let convert: ([Tensor]) throws -> Tensor?
}

/// A layer with `RecurrentCells`; PyTorch names them `weight_ih_l0`, `weight_hh_l0_reverse`.
private protocol TorchRecurrent {
    var recurrentMembers: [Member] { get }
}

extension GRU: TorchRecurrent { fileprivate var recurrentMembers: [Member] { members } }
extension LSTM: TorchRecurrent { fileprivate var recurrentMembers: [Member] { members } }
extension SimpleRNN: TorchRecurrent { fileprivate var recurrentMembers: [Member] { members } }

extension TorchRecurrent {
    fileprivate func recurrentSlots(_ prefix: String) -> [TorchSlot] {
        let parameters = recurrentMembers.compactMap { member -> (name: String, value: Parameter)? in
            if case .parameter(let name, let value) = member { (name, value) } else { nil }
        }
        let hasTwoBiases = parameters.contains { $0.name.hasSuffix("recurrent_bias") }
        return parameters.map { name, parameter in
            // "0.forward.weight"
            let parts = name.split(separator: ".")
            let end = "_l\(parts[0])" + (parts[1] == "backward" ? "_reverse" : "")
            let isMatrix = parameter.shape.count == 2
            let sources: [String] =
                switch parts[2] {
                case "weight": ["weight_ih" + end]
                case "recurrent_weight": ["weight_hh" + end]
                case "recurrent_bias": ["bias_hh" + end]
                default: hasTwoBiases ? ["bias_ih" + end] : ["bias_ih" + end, "bias_hh" + end]
                }
            return TorchSlot(
                sources: sources.map { prefix + $0 }, shape: parameter.shape,
                torchShape: parameter.shape.reversed(),
                store: { parameter.value = $0 }
            ) { tensors in
                guard tensors.allSatisfy({ $0.shape == parameter.shape.reversed() }) else { return nil }
                if isMatrix { return tensors[0].transposed() }
                return tensors.dropFirst().reduce(tensors[0], +)
            }
        }
    }
}
