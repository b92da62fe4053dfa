import Autograd
import Configuration
import Layers

extension Trainer {
    /// Returns the complete training state: counters as JSON; weights, optimizer state, averages and the best weights as tensors.
    ///
    /// A trainer that restores the state continues with bit-identical results. Requires `canSave`: gradients that are accumulated for a
    /// later step are not part of the state.
    public func state() -> (json: JSONValue, tensors: [(String, Tensor)]) {
        require(
            canSave,
            "Trainer.state: accumulated gradients have not been applied; call it after an optimizer step")
        position.schedule = optimizer.scheduleState
        var tensors = model.namedTensors.map { ("model." + $0, $1) }
        tensors += configuration.loss.parameters.map { ("loss." + $0.name, $0.parameter.value) }
        tensors += optimizer.state.map { ("optimizer." + $0, $1) }
        tensors += (average?.state ?? []).map { ("average." + $0, $1) }
        tensors += (best ?? []).map { ("best." + $0, $1) }
        return (position.encode(), tensors)
    }

    /// Restores a state. The trainer must have the same configuration and batches as the one that saved it.
    ///
    /// - Parameters:
    ///   - json: The first part of `state()`.
    ///   - tensors: The second part of `state()`, as a `StateStore` returns it.
    ///   - file: The file or folder that error messages name.
    /// - Throws: `ConfigurationError`, `FileError` or `WeightsError` if the state does not match this training.
    public func restore(_ json: JSONValue, _ tensors: SafeTensors, file: String) throws {
        let position = try TrainingPosition.decode(json)
        func part(_ prefix: String) throws -> [(String, Tensor)] {
            try tensors.names.filter { $0.hasPrefix(prefix) }.map {
                (String($0.dropFirst(prefix.count)), try tensors.tensor($0))
            }
        }
        try model.loadWeights(tensors, file: file, prefix: "model.")
        let own = Dictionary(try part("loss."), uniquingKeysWith: { first, _ in first })
        for (name, parameter) in configuration.loss.parameters {
            guard let value = own[name], value.shape == parameter.value.shape else {
                throw FileError(
                    file: file, place: "loss.\(name)", found: "no value of this shape",
                    allowed: "the checkpoint of a training with the same targets")
            }
            parameter.value = value
        }
        try optimizer.restore(try part("optimizer."))
        try average?.restore(try part("average."))
        let best = try part("best.")
        self.best = best.isEmpty ? nil : best
        self.position = position
        optimizer.scheduleState = position.schedule
        beginEpoch()
    }
}
