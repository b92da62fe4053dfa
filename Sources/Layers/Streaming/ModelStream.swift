import Autograd
import Synchronization

/// A causal model that processes one sequence in parts.
///
/// The outputs are bit-identical to those of the whole sequence at once, however it is divided.
///
///     let stream = try ModelStream(model)
///     for part in parts { print(stream.push(part)) }
public final class ModelStream: Sendable {
    private let model: Model
    private let layer: Mutex<any Layer>
    private let features: Int

    /// Creates a stream at the beginning of a sequence. Throws if a layer depends on later steps, with its location.
    public init(_ model: Model) throws(LayerError) {
        guard model.input.count == 2 else {
            throw LayerError(
                "a stream requires a model of sequences [time, features], but the input is \(model.input)")
        }
        self.model = model
        features = model.input[1]
        layer = Mutex(try streamed(model.layer))
    }

    /// Processes the next part, [steps, features]. Returns the outputs that are now known: [steps, ...] for a model that
    /// outputs sequences, which may be none, or [...] after a recurrent layer that outputs its last state.
    public func push(_ part: Tensor) -> Tensor {
        require(
            part.rank == 2 && part.shape[1] == features,
            "ModelStream: a part of shape \(part.shape); expected [steps, \(features)]")
        let output = layer.withLock { layer in
            withoutRecording {
                layer.forward(Signal(part.reshaped([1] + part.shape)), .inference).tensor
            }
        }
        return output.reshaped(Array(output.shape.dropFirst()))
    }

    /// Returns to the beginning of a sequence.
    public func reset() throws(LayerError) {
        let fresh = try streamed(model.layer)
        layer.withLock { $0 = fresh }
    }
}
