import Autograd
import Foundation

/// Weights of a file that fit a model, before the model takes them over.
public struct WeightTransfer {
    /// The names of the model's weights that are loaded.
    public let loaded: [String]
    /// The names of the model's weights that keep their initial values.
    public let new: [String]
    /// Whether the last dense layer keeps its initial weights although the file has some for it.
    public let resetsHead: Bool
    private let stores: [() -> Void]

    fileprivate init(loaded: [String], all: [String], resetsHead: Bool, stores: [() -> Void]) {
        let known = Set(loaded)
        (self.loaded, self.resetsHead, self.stores) = (loaded, resetsHead, stores)
        new = all.filter { !known.contains($0) }
    }

    /// Writes the weights to the model.
    public func apply() { for store in stores { store() } }
}

extension Model {
    /// Initializes the model with weights of another one, for fine-tuning.
    ///
    /// Throws a `WeightsError` with every mismatch, or a `FileError` if the file cannot be read, and then changes nothing.
    ///
    /// - Parameters:
    ///   - path: A model file, PyTorch's `state_dict` as `.safetensors`, or Keras weights.
    ///   - selection: Which weights to take over; all by default.
    @discardableResult
    public func initialize(
        from path: String, _ selection: WeightSelection = WeightSelection()
    ) throws -> WeightTransfer {
        let transfer = try transfer(from: path, selection)
        transfer.apply()
        return transfer
    }

    /// Reads weights for `initialize` without changing the model.
    public func transfer(
        from path: String, _ selection: WeightSelection = WeightSelection()
    ) throws -> WeightTransfer {
        try WeightFormat.checkContainer(path)
        if path.hasSuffix(".npz") {
            guard selection.format == nil || selection.format == .keras else {
                throw FileError(
                    file: path, place: "the path", found: "an .npz file",
                    allowed: "a .safetensors file, or \"format\": \"keras\"")
            }
            return try transfer(of: KerasVariable.all(in: Npz(contentsOf: path), file: path), path, selection)
        }
        let file = try SafeTensors(contentsOf: path)
        let format = try selection.format ?? WeightFormat.inferred(from: file, path)
        if format == .keras {
            return try transfer(of: KerasVariable.all(in: file, file: path), path, selection)
        }
        return try transfer(of: file, path, format, selection)
    }

    private func transfer(
        of file: SafeTensors, _ path: String, _ format: WeightFormat, _ selection: WeightSelection
    ) throws -> WeightTransfer {
        let names = file.names.filter { format == .prosody || !$0.hasSuffix(torchCounter) }
        var problem = WeightsError(file: path)
        let view = RenamedTensors(file, names, selection, &problem)
        var slots: [WeightSlot]
        switch format {
        case .torchvision:
            let (name, block) = try efficientNet(path)
            slots = block.torchSlots("", name.isEmpty ? "" : name + ".", view.contains)
        case .pytorch: slots = torchSlots("", "", view.contains)
        default: slots = ownSlots()
        }
        let all = namedParameters.map(\.name) + namedBuffers.map(\.name)
        selection.checkPatterns(file: names, model: all, &problem)
        let known = Set(slots.flatMap(\.sources))
        let isPlain = format == .torchvision && !slots.contains { $0.sources[0].hasPrefix("classifier.") }
        problem.unexpected = names.filter { name in
            let new = selection.renamed(name)
            return selection.takes([name, new]) && !known.contains(new)
                && !(isPlain && new.hasPrefix("classifier."))
        }
        slots = slots.filter { slot in
            selection.takes([slot.name] + slot.sources + slot.sources.map(selection.original))
                && !(slot.isOptional && !slot.sources.allSatisfy(view.contains))
        }
        var mismatches = WeightsError(file: path)
        let values = try slots.map { try $0.read(view, &mismatches) }
        let head = head
        let hasHead = slots.contains { head.contains($0.name) }
        // A head is reset as a whole.
        let differs = zip(slots, values).contains { slot, value in
            head.contains(slot.name) && value == nil && slot.sources.allSatisfy(view.contains)
        }
        let resetsHead = hasHead && (selection.resetHead ?? differs)
        let ignored = Set(
            resetsHead ? slots.filter { head.contains($0.name) }.flatMap(\.sources) : [])
        problem.missing += mismatches.missing.filter { !ignored.contains($0) }.map(selection.original)
        problem.misshapen += mismatches.misshapen.filter { !ignored.contains($0.name) }.map {
            (selection.original($0.name), $0.found, $0.expected)
        }
        if format == .pytorch {
            problem.unlike += unlikeTorch("").filter { layer in
                slots.contains { layer.name.isEmpty || $0.name.hasPrefix(layer.name + ".") }
            }
        }
        let taken = zip(slots, values).filter { !(resetsHead && head.contains($0.0.name)) }
        if taken.isEmpty, problem.isEmpty { problem.unlike.append(("nothing", "no weights are selected")) }
        guard problem.isEmpty else { throw problem }
        return WeightTransfer(
            loaded: taken.map(\.0.name), all: all, resetsHead: resetsHead,
            stores: taken.map { slot, value in { if let value { slot.store(value) } } })
    }

    private func transfer(
        of variables: [KerasVariable], _ path: String, _ selection: WeightSelection
    ) throws -> WeightTransfer {
        var problem = WeightsError(file: path)
        let all = kerasSlots("")
        selection.checkPatterns(file: variables.map(\.name), model: all.map(\.name), &problem)
        if !selection.rename.isEmpty {
            problem.unlike.append(
                ("\"rename\"", "has no effect on Keras weights, which are matched by their order"))
        }
        let slots = all.filter { selection.takes([$0.name]) }
        let taken = variables.filter { selection.takes([$0.name]) }
        let head = head
        var pairs: [(slot: KerasSlot, variable: KerasVariable)] = []
        var unexpected: [String] = []
        for step in KerasAlignment(slots, taken).steps {
            switch step {
            case .pair(let slot, let variable): pairs.append((slot, variable))
            case .missing(let slot)
            where slot.isOptional || selection.resetHead == true && head.contains(slot.name):
                continue
            case .missing(let slot): problem.missing.append(slot.description)
            case .unexpected(let variable): unexpected.append(variable.name)
            }
        }
        let hasHead = slots.contains { head.contains($0.name) }
        let differs = pairs.contains {
            head.contains($0.slot.name) && !$0.slot.fits($0.variable.tensor.shape)
        }
        let resetsHead = hasHead && (selection.resetHead ?? differs)
        problem.unexpected = unexpected
        if resetsHead { pairs.removeAll { head.contains($0.slot.name) } }
        for (slot, variable) in pairs where !slot.fits(variable.tensor.shape) {
            problem.misshapen.append(
                ("\(variable.name) for \(slot.name)", variable.tensor.shape, slot.shapes[0]))
        }
        if pairs.isEmpty, problem.isEmpty { problem.unlike.append(("nothing", "no weights are selected")) }
        guard problem.isEmpty else { throw problem }
        return WeightTransfer(
            loaded: pairs.map(\.slot.name), all: all.map(\.name), resetsHead: resetsHead,
            stores: pairs.map { slot, variable in { slot.store(variable.tensor) } })
    }

    /// The names of the parameters of the last layer, if it is a dense layer that gives the output.
    private var head: Set<String> {
        guard let last = namedParameters.last?.name else { return [] }
        let path = last.split(separator: ".").dropLast().joined(separator: ".")
        let layer = path.isEmpty ? self.layer : namedLayers().first { $0.name == path }?.layer
        guard let dense = layer as? Dense, dense.weight.shape.last == plan.output.last else { return [] }
        return Set(dense.namedParameters.map { (path.isEmpty ? "" : path + ".") + $0.name })
    }

    /// The layer that torchvision's weights belong to, and its name. Throws if there is none.
    private func efficientNet(_ path: String) throws -> (name: String, layer: any Layer) {
        let found = ([("", layer)] + namedLayers()).filter { $0.1 is EfficientNet }
        guard found.count == 1 else {
            throw FileError(
                file: path, place: "\"format\": \"torchvision\"",
                found: "a model with \(found.count) layers of type efficientnet", allowed: "one")
        }
        return found[0]
    }
}

/// The tensors of a file under their new names.
private struct RenamedTensors: TensorFile {
    private let file: SafeTensors
    /// The name in the file by the new name.
    private var sources: [String: String] = [:]

    init(
        _ file: SafeTensors, _ names: [String], _ selection: WeightSelection, _ problem: inout WeightsError
    ) {
        self.file = file
        for name in names {
            let new = selection.renamed(name)
            if let other = sources.updateValue(name, forKey: new) {
                problem.unlike.append((name, "has the same new name as \(other): \(new)"))
            }
        }
    }

    func contains(_ name: String) -> Bool { sources[name] != nil }
    func tensor(_ name: String) throws -> Tensor { try file.tensor(sources[name] ?? name) }
}

extension WeightFormat {
    /// Throws for files of frequent other types, with the way to convert them.
    package static func checkContainer(_ path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { return }
        defer { try? handle.close() }
        let start = (try? handle.read(upToCount: 8)) ?? Data()
        if start.starts(with: [0x89, 0x48, 0x44, 0x46]) || path.hasSuffix(".keras") {
            throw FileError(
                file: path, place: "the file", found: "a Keras file with HDF5 weights",
                allowed:
                    "weights saved in Python: np.savez(\"weights.npz\", **{w.path: keras.ops.convert_to_numpy(w) for w in model.weights})"
            )
        }
        let isZip = start.starts(with: [0x50, 0x4b])
        let isPickle = start.starts(with: [0x80, 0x02]) || start.starts(with: [0x80, 0x04])
        if isPickle || isZip && !path.hasSuffix(".npz") {
            throw FileError(
                file: path, place: "the file", found: "a pickled PyTorch file",
                allowed:
                    "weights saved in Python: safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\", {\"format\": \"pt\"})"
            )
        }
    }

    /// Infers the format of a safetensors file.
    static func inferred(from file: SafeTensors, _ path: String) throws -> WeightFormat {
        switch file.metadata["format"] {
        case ModelCard.format: return .prosody
        case "pt": return .pytorch
        default: break
        }
        if !file.names.isEmpty,
            file.names.allSatisfy({ name in
                name.split(separator: "/").count > 1 && Int(name.prefix { $0 != "/" }) != nil
            })
        {
            return .keras
        }
        throw FileError(
            file: path, place: "metadata", found: "no name of the program that wrote the weights",
            allowed:
                "a \"format\" in \"initialize\": \(allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))"
        )
    }
}
