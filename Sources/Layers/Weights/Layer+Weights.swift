import Autograd
import Classical

extension Layer {
    /// The parameters, then the buffers, by name.
    public var namedTensors: [(String, Tensor)] {
        namedParameters.map { ($0.name, $0.parameter.value) }
            + namedBuffers.map { ($0.name, $0.buffer.value) }
    }

    /// Writes the parameters and buffers to a safetensors file.
    ///
    /// - Parameter metadata: Text entries by key.
    public func saveWeights(to path: String, metadata: [String: String] = [:]) throws {
        try SafeTensors.write(namedTensors, metadata: metadata, to: path)
    }

    /// Reads the parameters and buffers from a safetensors file. Throws a `WeightsError` with every mismatch and then
    /// changes nothing, or a `FileError` if the file cannot be read.
    public func loadWeights(from path: String) throws {
        try loadWeights(SafeTensors(contentsOf: path), file: path)
    }

    /// Reads the parameters and buffers from an open file.
    ///
    /// - Parameter prefix: The prefix of the names in the file. Tensors without the prefix are ignored.
    public func loadWeights(_ tensors: SafeTensors, file: String, prefix: String = "") throws {
        try restoreEstimators(tensors, file: file, prefix: prefix)
        let (parameters, buffers) = (namedParameters, namedBuffers)
        let shapes =
            parameters.map { ($0.name, $0.parameter.shape) } + buffers.map { ($0.name, $0.buffer.shape) }
        var problem = WeightsError(file: file)
        for (name, shape) in shapes {
            guard tensors.contains(prefix + name) else {
                problem.missing.append(prefix + name)
                continue
            }
            let found = try tensors.entry(prefix + name).shape
            if found != shape { problem.misshapen.append((prefix + name, found, shape)) }
        }
        let known = Set(shapes.map { prefix + $0.0 })
        problem.unexpected = tensors.names.filter { $0.hasPrefix(prefix) && !known.contains($0) }
        guard problem.isEmpty else { throw problem }
        for (name, parameter) in parameters { parameter.value = try tensors.tensor(prefix + name) }
        for (name, buffer) in buffers { buffer.value = try tensors.tensor(prefix + name) }
    }

    /// Creates the fitted models of estimators, whose arrays have the sizes that the file says.
    private func restoreEstimators(_ tensors: SafeTensors, file: String, prefix: String) throws {
        let own = (self as? Model)?.layer ?? self
        for (name, layer) in [("", own)] + own.namedLayers() {
            guard let estimator = layer as? any EstimatorLayer else { continue }
            let start = prefix + (name.isEmpty ? "" : name + ".")
            let names = tensors.names.filter {
                $0.hasPrefix(start) && !$0.dropFirst(start.count).contains(".")
            }
            let arrays = try names.map { name in
                let tensor = try tensors.tensor(name)
                return NamedArray(
                    String(name.dropFirst(start.count)), shape: tensor.shape, tensor.array.map { Double($0) })
            }
            do { try estimator.restore(arrays) } catch {
                throw FileError(
                    file: file, place: "\(start)\(error.place)", found: error.found, allowed: error.allowed)
            }
        }
    }
}
