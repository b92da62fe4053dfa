import Autograd

/// A layer whose outputs depend on earlier steps only, so that it can process a sequence in parts.
public protocol CausalLayer: Layer {
    /// Returns a layer with the same weights that keeps from one part of a sequence to the next what later steps need.
    /// Throws if the options make the layer depend on later steps.
    func streamed() throws(LayerError) -> any Layer
}

/// The options of a layer in which each step of the output depends on the same step of the input only.
public protocol StepwiseSpec: LayerSpec {}

extension Dense.Spec: StepwiseSpec {}
extension ActivationLayerSpec: StepwiseSpec {}
extension BatchNorm.Spec: StepwiseSpec {}
extension LayerNorm.Spec: StepwiseSpec {}
extension FeatureNorm.Spec: StepwiseSpec {}
extension DropoutSpec: StepwiseSpec {}
extension SpatialDropoutSpec: StepwiseSpec {}
extension GaussianNoiseSpec: StepwiseSpec {}
extension GatedLinearSpec: StepwiseSpec {}

/// Returns the layer that processes a sequence in parts. Throws if it needs the whole sequence.
func streamed(_ layer: any Layer) throws(LayerError) -> any Layer {
    if let causal = layer as? any CausalLayer { return try causal.streamed() }
    if layer.spec is any StepwiseSpec { return layer }
    throw needsWholeSequence(layer.spec.typeName)
}

/// The problem of a layer whose outputs depend on later steps.
func needsWholeSequence(_ type: String) -> LayerError {
    LayerError(
        "\(type) needs the whole sequence and cannot process a stream; use causal convolutions "
            + "(\"padding\": \"causal\") and unidirectional recurrent layers")
}

/// Returns layers that process a sequence in parts. A problem names the layer.
func streamed(_ layers: [any Layer], _ name: (Int) -> String) throws(LayerError) -> [any Layer] {
    var result: [any Layer] = []
    for (index, layer) in layers.enumerated() {
        do { result.append(try streamed(layer)) } catch { throw error.inside(name(index)) }
    }
    return result
}

extension Sequential: CausalLayer {
    public func streamed() throws(LayerError) -> any Layer {
        Sequential(try Layers.streamed(layers) { "layers[\($0)]" })
    }
}

extension Chain: CausalLayer {
    func streamed() throws(LayerError) -> any Layer {
        Sequential(try Layers.streamed(layers) { options.items[$0].name })
    }
}

extension Block: CausalLayer {
    public func streamed() throws(LayerError) -> any Layer { try Layers.streamed(inner) }
}

extension Residual: CausalLayer {
    public func streamed() throws(LayerError) -> any Layer {
        Residual(
            options, body: try Layers.streamed(body.layers) { "body[\($0)]" },
            projection: try projection.map { layer throws(LayerError) in try Layers.streamed(layer) })
    }
}
