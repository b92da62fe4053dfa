import Autograd
import Synchronization

/// The layers of a model whose intermediate results are recomputed in the backward pass (gradient checkpointing, Chen et al.
/// 2016). Outputs and gradients are bit-identical to those without it.
public final class CheckpointedLayers: Sendable {
    private let layers: Set<ObjectIdentifier>

    /// Finds the layers whose names match. Layers inside of a matching layer are recomputed with it.
    public init(_ patterns: NamePatterns, of model: any Layer) {
        layers = Set(
            model.namedLayers().filter { patterns.match($0.name) }.map { ObjectIdentifier($0.layer) })
    }

    func contains(_ layer: any Layer) -> Bool { layers.contains(ObjectIdentifier(layer)) }
}

extension Pass {
    /// Runs `body` in training without keeping its intermediate results, and again in the backward pass.
    package func checkpointing(
        _ x: Signal, _ body: @escaping @Sendable (Signal, Pass) -> Signal
    ) -> Signal {
        guard isTraining, isRecording, attention == nil, !isObserved else { return body(x, self) }
        let first = FirstRun()
        let frame = x.with(x.tensor.detached)
        let output = checkpoint(x.tensor, using: generator) { tensor in
            let signal = body(frame.with(tensor), inside(isReplay: first.isOver))
            first.note(signal)
            return signal.tensor
        }
        return (first.take() ?? x).with(output)
    }
}

/// The result of the first run of a checkpointed layer.
private final class FirstRun: Sendable {
    private let state = Mutex<(signal: Signal?, isOver: Bool)>((nil, false))

    var isOver: Bool { state.withLock { $0.isOver } }

    func note(_ signal: Signal) {
        state.withLock { if !$0.isOver { $0 = (signal, true) } }
    }

    /// Returns the result and forgets it.
    func take() -> Signal? {
        state.withLock { state in
            defer { state.signal = nil }
            return state.signal
        }
    }
}
