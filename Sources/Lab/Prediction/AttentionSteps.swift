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

/// The windows of a model that cuts its input into windows and pools them by attention.
struct AttentionWindows {
    let spec: Windows.Spec
    /// The number of steps that are cut into windows, for an input of full length.
    let steps: Int

    /// Finds the windows that attention over `count` steps is about; nil for other models.
    init?(_ model: Model, steps count: Int) {
        guard let layers = (model.spec as? Sequential.Spec)?.layers,
            let place = layers.firstIndex(where: { $0.value is Windows.Spec }),
            let spec = layers[place].value as? Windows.Spec, model.plan.parts.count == layers.count
        else { return nil }
        let steps = place > 0 ? model.plan.parts[place - 1].plan.output[0] : model.input[0]
        guard spec.count(steps) == count else { return nil }
        (self.spec, self.steps) = (spec, steps)
    }
}
