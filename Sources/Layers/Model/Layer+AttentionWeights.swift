import Autograd

extension Layer {
    /// Returns the weights of all attention layers by name, in order of use: [batch, time] for `attention`,
    /// [batch, heads, time, time] for `multi_head_attention`. They sum to 1 along the last axis. Steps that are padding in
    /// every sequence may be omitted.
    public func attentionWeights(_ x: Signal) -> [(name: String, weights: Tensor)] {
        inferenceWithAttention(x).attention
    }

    /// Returns the output of a forward pass in inference mode together with the weights of all attention layers; see
    /// `attentionWeights`.
    public func inferenceWithAttention(
        _ x: Signal
    ) -> (output: Signal, attention: [(name: String, weights: Tensor)]) {
        let record = LayerRecord<Tensor>()
        let output = withoutRecording {
            forward(x, Pass(isTraining: false, generator: nil, attention: record))
        }
        let named = namedLayers()
        let attention = record.entries.map { layer, weights in
            (named.first { $0.layer === layer }?.name ?? "", weights.detached)
        }
        return (output, attention)
    }
}
