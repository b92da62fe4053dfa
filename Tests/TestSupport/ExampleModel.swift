import Autograd
import Layers

extension Example {
    /// The layer as a model, no two of its numbers alike by design.
    package func model() throws -> Model {
        let model = try Model(text: json, input: input, generator: RandomGenerator(seed: 1))
        model.shake(RandomGenerator(seed: 2))
        return model
    }

    /// Whether the input has a time axis.
    package var isSequence: Bool { input.count == 2 || values == .wholeNumbers }
}
