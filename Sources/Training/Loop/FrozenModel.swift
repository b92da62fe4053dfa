import Layers

/// A model whose frozen layers are computed only once for each example of a validation set.
final class FrozenModel: Layer {
    private let model: Model
    private let layers: FrozenLayers

    var spec: any LayerSpec { model.spec }
    var members: [Member] { model.members }

    init(_ model: Model, _ layers: FrozenLayers) { (self.model, self.layers) = (model, layers) }

    /// Announces the next batch.
    func begin(_ batch: Batch) { layers.begin(batch.isFixed ? batch.ids : nil) }

    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        defer { layers.begin(nil) }
        return model.forward(x, pass.freezing(layers))
    }
}
