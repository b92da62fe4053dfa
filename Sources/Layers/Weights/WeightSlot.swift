import Autograd

/// A parameter or buffer, the tensors of a file that it consists of, and their conversion.
package struct WeightSlot {
    /// The full name here.
    package let name: String
    /// The names in the file.
    package var sources: [String]
    let shape: [Int]
    /// The shape of each source.
    let sourceShape: [Int]
    /// Whether it may be missing in a file.
    package var isOptional = false
    package let store: (Tensor) -> Void
    /// Returns nil if the number of axes is wrong.
    let convert: ([Tensor]) throws -> Tensor?

    init(
        name: String, sources: [String], shape: [Int], sourceShape: [Int], isOptional: Bool = false,
        store: @escaping (Tensor) -> Void, convert: @escaping ([Tensor]) throws -> Tensor?
    ) {
        (self.name, self.sources, self.isOptional) = (name, sources, isOptional)
        (self.shape, self.sourceShape) = (shape, sourceShape)
        (self.store, self.convert) = (store, convert)
    }

    /// Returns the converted value, or adds what is missing or has the wrong shape to `problem` and returns nil.
    package func read(_ file: some TensorFile, _ problem: inout WeightsError) throws -> Tensor? {
        let absent = sources.filter { !file.contains($0) }
        problem.missing += absent.filter { !problem.missing.contains($0) }
        guard absent.isEmpty else { return nil }
        let tensors = try sources.map { try file.tensor($0) }
        if let value = try convert(tensors), value.shape == shape { return value }
        for (source, tensor) in zip(sources, tensors)
        where tensor.shape != sourceShape && !problem.misshapen.contains(where: { $0.name == source }) {
            problem.misshapen.append((source, tensor.shape, sourceShape))
        }
        return nil
    }
}

/// Tensors by name.
package protocol TensorFile {
    func contains(_ name: String) -> Bool
    func tensor(_ name: String) throws -> Tensor
}

extension SafeTensors: TensorFile {}

extension Layer {
    /// The parameters and buffers under their own names.
    func ownSlots() -> [WeightSlot] {
        func slot(
            _ name: String, _ shape: [Int], _ isOptional: Bool, _ store: @escaping (Tensor) -> Void
        ) -> WeightSlot {
            WeightSlot(
                name: name, sources: [name], shape: shape, sourceShape: shape, isOptional: isOptional,
                store: store
            ) { $0[0] }
        }
        let norms = namedLayers().filter { $0.layer is FeatureNorm }.map { $0.name + "." }
        return namedParameters.map { name, parameter in
            slot(name, parameter.shape, false) { parameter.value = $0 }
        }
            + namedBuffers.map { name, buffer in
                slot(name, buffer.shape, norms.contains { name.hasPrefix($0) }) { buffer.value = $0 }
            }
    }
}
