import Autograd
import Synchronization

/// What one layer of a model puts out.
public struct LayerOutput: Sendable {
    /// The layer's name, as the names of its parameters begin: `7`, or `0.13` for a layer inside another.
    public let name: String
    /// The layer's type, as a config names it.
    public let type: String
    /// The output for the batch.
    public let output: Signal
}

extension Layer {
    /// Returns the outputs of the layers inside, in the order in which they are computed in inference.
    ///
    /// Layers that are a fixed part of another one, such as the projections of attention, are not listed.
    ///
    /// - Parameter name: The one layer whose output is wanted; all layers where nil.
    public func layerOutputs(_ x: Signal, of name: String? = nil) -> [LayerOutput] {
        let names = namesOfLayers("").filter { name == nil || $0.name == name }
        let record = OutputRecord(Set(names.map(\.layer)))
        withoutRecording {
            _ = forward(x, Pass(isTraining: false, generator: nil, attention: nil, outputs: record))
        }
        return record.entries.compactMap { layer, type, output in
            names.first { $0.layer == layer }.map { LayerOutput(name: $0.name, type: type, output: output) }
        }
    }
}

/// The outputs that layers leave in a forward pass.
final class OutputRecord: Sendable {
    private let wanted: Set<ObjectIdentifier>
    private let notes = Mutex<[(layer: ObjectIdentifier, type: String, output: Signal)]>([])

    init(_ wanted: Set<ObjectIdentifier>) { self.wanted = wanted }

    var entries: [(layer: ObjectIdentifier, type: String, output: Signal)] { notes.withLock { $0 } }

    func note(_ layer: any Layer, _ output: Signal) {
        let id = ObjectIdentifier(layer)
        guard wanted.contains(id) else { return }
        notes.withLock { $0.append((id, type(of: layer.spec).type, output)) }
    }
}
