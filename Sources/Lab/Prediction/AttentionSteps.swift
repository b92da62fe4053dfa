import Autograd
import Layers
import Synchronization

/// The number of time steps at the last attention layer of a model for an input of full length, which is determined once, at
/// the first use.
final class AttentionSteps: Sendable {
    private let steps = Mutex<Int?>(nil)

    /// Returns the number of steps, or 0 if the model has no attention layer.
    func callAsFunction(_ model: Model) -> Int {
        steps.withLock { steps in
            if let steps { return steps }
            let input = Signal(Tensor.zeros([1] + model.input))
            let found = model.attentionWeights(input).last?.weights.shape.last ?? 0
            steps = found
            return found
        }
    }
}
