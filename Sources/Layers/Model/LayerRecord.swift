import Synchronization

/// The values that layers record in a forward pass.
final class LayerRecord<Value: Sendable>: Sendable {
    private let records: @Sendable (any Layer) -> Bool
    private let notes = Mutex<[(layer: any Layer, value: Value)]>([])

    /// Creates a record of the layers for which `records` is true.
    init(of records: @escaping @Sendable (any Layer) -> Bool = { _ in true }) { self.records = records }

    var entries: [(layer: any Layer, value: Value)] { notes.withLock { $0 } }

    func note(_ layer: any Layer, _ value: Value) {
        if records(layer) { notes.withLock { $0.append((layer, value)) } }
    }
}

extension Layer {
    /// The sublayers with their full names, such as "encoder.0".
    package func namedLayers(_ prefix: String = "") -> [(name: String, layer: any Layer)] {
        members.flatMap { member -> [(String, any Layer)] in
            guard case .layer(let name, let layer) = member else { return [] }
            return [(prefix + name, layer)] + layer.namedLayers(prefix + name + ".")
        }
    }
}
