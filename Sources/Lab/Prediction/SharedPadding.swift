import Autograd
import Layers
import Synchronization

/// Removes the padding that all sequences of a batch share, which would only cost time. The outputs keep their bits, because
/// padding never affects the results of these layers.
package final class SharedPadding: Sendable {
    /// Whether the model accepts a number of steps and gives the same outputs.
    private let accepted = Mutex<[Int: Bool]>([:])

    /// The number of steps is a multiple of this, so that few different sizes occur.
    private static let unit = 8
    private static let layers: Set = [
        "activation", "attention", "batch_norm", "chain", "conv1d", "dense", "dropout", "feature_norm",
        "gaussian_noise", "global_pool", "glu", "gru", "layer_norm", "lstm", "parallel", "pool1d", "residual",
        "rnn", "separable_conv1d", "sequential", "spatial_dropout", "voting",
    ]

    package init() {}

    /// Returns the input with as many steps as its longest sequence needs; the same input if the outputs of the model can
    /// depend on the number of steps.
    package func removed(from x: Signal, for model: Model) -> Signal {
        guard model.input.count == 2, let longest = x.lengths?.max() else { return x }
        let steps = (max(longest, 1) + Self.unit - 1) / Self.unit * Self.unit
        guard steps < model.input[0], accepts(steps, model) else { return x }
        return withoutRecording { Signal(x.tensor.slice(axis: 1, 0..<steps), lengths: x.lengths) }
    }

    private func accepts(_ steps: Int, _ model: Model) -> Bool {
        accepted.withLock { accepted in
            if let known = accepted[steps] { return known }
            let plan = try? model.spec.checkedPlan([steps, model.input[1]])
            // Layers with weights for a fixed number of steps have others for fewer.
            let isSame =
                plan.map { $0.output == model.plan.output && $0.parameters == model.plan.parameters } ?? false
            let isKnown = Self.layers.contains(model.spec.typeName) && Self.areKnown(model.plan)
            accepted[steps] = isSame && isKnown
            return isSame && isKnown
        }
    }

    private static func areKnown(_ plan: LayerPlan) -> Bool {
        plan.parts.allSatisfy { layers.contains($0.type) && areKnown($0.plan) }
    }
}
