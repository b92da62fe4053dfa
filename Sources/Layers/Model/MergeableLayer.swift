/// A layer that is trained by weights beside its own, such as low-rank changes.
package protocol MergeableLayer: Layer {
    /// Returns a layer that computes the same with merged weights, or the layer itself if they cannot be merged.
    func merged() throws(LayerError) -> any Layer
}

extension Model {
    /// Returns a model that computes the same with low-rank changes (LoRA) merged into the weights, for export. Layers inside of
    /// other layers than sequences are unchanged.
    public func merged() throws(LayerError) -> Model {
        layer.hasMergeable ? try Model(layer.mergedLayer(), input: input) : self
    }
}

extension Layer {
    fileprivate func mergedLayer() throws(LayerError) -> any Layer {
        if let layer = self as? any MergeableLayer { return try layer.merged() }
        guard let sequential = self as? Sequential, hasMergeable else { return self }
        var layers: [any Layer] = []
        for layer in sequential.layers { layers.append(try layer.mergedLayer()) }
        return Sequential(layers)
    }

    fileprivate var hasMergeable: Bool {
        self is any MergeableLayer || (self as? Sequential)?.layers.contains(where: \.hasMergeable) ?? false
    }
}
