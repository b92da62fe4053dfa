import Autograd

extension Layer {
    /// Returns the class activation map of a layer, weighted by gradients (Grad-CAM, Selvaraju et al. 2017): the layer's
    /// channels, weighted by the mean gradient of a model output with respect to each channel, summed, and set to zero where
    /// negative.
    ///
    /// The map is [batch, time] for sequences and [batch, height, width] for images; padding is zero. Returns nil if the
    /// model has no such layer, or if its output has no channels at positions.
    ///
    /// - Parameters:
    ///   - name: The name of the layer, such as `4`; `lastConvolution` gives the usual one.
    ///   - output: The index of the model's output, such as a class.
    public func gradCAM(_ x: Signal, layer name: String, ofOutput output: Int) -> Tensor? {
        guard let layer = namedLayers().first(where: { $0.name == name })?.layer else { return nil }
        let tap = LayerTap(layer)
        let pass = Pass(isTraining: false, generator: nil, attention: nil, tap: tap)
        let outputs = forward(x, pass).tensor
        guard let (leaf, lengths) = tap.output, leaf.shape.count > 2 else { return nil }
        let activation = leaf.value
        let gradient = outputs.gradients(ofOutput: output)?[leaf] ?? .zeros(activation.shape)
        return withoutRecording {
            let positions = Array(1..<activation.rank - 1)
            let weights = gradient.mean(axes: positions, keepDims: true)
            let map = (activation * weights).sum(axes: [activation.rank - 1]).relu()
            return Signal(map, lengths: lengths).masked
        }
    }

    /// Returns the name of the last convolution for an input, or of the normalization and activation that directly follow one
    /// without an activation of its own; nil if the model has no convolution.
    public func lastConvolution(_ x: Signal) -> String? {
        let layers = namedLayers()
        let used = layerOutputs(x).filter { $0.output.tensor.rank > 2 }.map(\.name)
        func layer(_ name: String) -> (any Layer)? { layers.first { $0.name == name }?.layer }
        guard var place = used.lastIndex(where: { layer($0) is any ConvolutionLayer }) else { return nil }
        if (layer(used[place]) as? any ConvolutionLayer)?.hasActivation == false {
            while place + 1 < used.count, let next = layer(used[place + 1]),
                next is BatchNorm || next is ActivationLayer
            {
                place += 1
            }
        }
        return used[place]
    }
}

extension ConvolutionLayer {
    fileprivate var hasActivation: Bool { options.activation != .none }
}
