import Autograd
import Synchronization

extension Layer {
    /// What every attention layer inside looks at, by the layers' names and in the order of their use: [batch, time] of
    /// `attention`, [batch, heads, time, time] of `multi_head_attention`, where the last axis adds up to 1. Steps that
    /// are padding in every sequence may be left out.
    public func attentionWeights(_ x: Signal) -> [(name: String, weights: Tensor)] {
        let record = AttentionRecord()
        withoutRecording {
            _ = forward(x, Pass(isTraining: false, generator: nil, attention: record))
        }
        let names = namesOfLayers("")
        return record.entries.map { layer, weights in
            (names.first { $0.layer == layer }?.name ?? "", weights)
        }
    }

    func namesOfLayers(_ prefix: String) -> [(name: String, layer: ObjectIdentifier)] {
        members.flatMap { member -> [(String, ObjectIdentifier)] in
            guard case .layer(let name, let layer) = member else { return [] }
            return [(prefix + name, ObjectIdentifier(layer))] + layer.namesOfLayers(prefix + name + ".")
        }
    }
}

/// The weights that attention layers leave in a forward pass.
final class AttentionRecord: Sendable {
    private let notes = Mutex<[(layer: ObjectIdentifier, weights: Tensor)]>([])

    var entries: [(layer: ObjectIdentifier, weights: Tensor)] { notes.withLock { $0 } }

    func note(_ layer: any Layer, _ weights: Tensor) {
        notes.withLock { $0.append((ObjectIdentifier(layer), weights.detached)) }
    }
}
