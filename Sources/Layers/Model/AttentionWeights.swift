import Autograd

extension Layer {
    /// Returns the weights of all attention layers by name, in order of use: [batch, time] for `attention`,
    /// [batch, heads, time, time] for `multi_head_attention`. They sum to 1 along the last axis. Steps that are padding in
    /// every sequence may be omitted.
    public func attentionWeights(_ x: Signal) -> [(name: String, weights: Tensor)] {
        let record = LayerRecord<Tensor>()
        withoutRecording { _ = forward(x, Pass(isTraining: false, generator: nil, attention: record)) }
        let named = namedLayers()
        return record.entries.map { layer, weights in
            (named.first { $0.layer === layer }?.name ?? "", weights.detached)
        }
    }
}
