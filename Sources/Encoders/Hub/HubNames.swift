/// The names of an encoder's weights in checkpoints of transformers.
struct HubNames {
    let architecture: EncoderConfig.Architecture

    /// Returns the name of a weight in a checkpoint, without its prefix. `projection` names layers as
    /// `MultiHeadAttention` does: "query" is "q_proj".
    func hubName(_ own: String) -> String {
        let parts = own.split(separator: ".").map(String.init)
        guard parts.first == "layers", parts.count > 3 else { return outer(own, parts) }
        let (layer, rest) = (parts[1], parts[2...].joined(separator: "."))
        let table = architecture == .whisper ? Self.whisperLayer : Self.waveformLayer
        for (ours, theirs) in table where rest.hasPrefix(ours) {
            return (architecture == .whisper ? "" : "encoder.") + "layers.\(layer)."
                + theirs + rest.dropFirst(ours.count)
        }
        return own
    }

    private func outer(_ own: String, _ parts: [String]) -> String {
        let table = architecture == .whisper ? Self.whisperOuter : Self.waveformOuter
        if architecture == .data2vecAudio, parts.first == "positions" {
            return "encoder.pos_conv_embed.layers.\(parts[1]).conv.\(parts[2])"
        }
        if parts.first == "front_end", parts.count == 4 {
            let theirs = parts[2] == "norm" ? "layer_norm" : parts[2]
            return "feature_extractor.conv_layers.\(parts[1]).\(theirs).\(parts[3])"
        }
        for (ours, theirs) in table where own.hasPrefix(ours) { return theirs + own.dropFirst(ours.count) }
        return own
    }

    private static let waveformOuter: KeyValuePairs = [
        "front_end.projection_norm.": "feature_projection.layer_norm.",
        "front_end.projection.": "feature_projection.projection.",
        "positions.0.": "encoder.pos_conv_embed.conv.",
        "relative_positions.weight": "encoder.layers.0.attention.rel_attn_embed.weight",
        "norm.": "encoder.layer_norm.",
    ]
    private static let waveformLayer: KeyValuePairs = [
        "attention.query.": "attention.q_proj.", "attention.key.": "attention.k_proj.",
        "attention.value.": "attention.v_proj.", "attention.output.": "attention.out_proj.",
        "position_gate.projection.": "attention.gru_rel_pos_linear.",
        "position_gate.constant": "attention.gru_rel_pos_const",
        "attention_norm.": "layer_norm.", "inner.": "feed_forward.intermediate_dense.",
        "outer.": "feed_forward.output_dense.", "output_norm.": "final_layer_norm.",
    ]
    private static let whisperOuter: KeyValuePairs = [
        "front_end.0.": "conv1.", "front_end.1.": "conv2.",
        "front_end.positions": "embed_positions.weight", "norm.": "layer_norm.",
    ]
    private static let whisperLayer: KeyValuePairs = [
        "attention.query.": "self_attn.q_proj.", "attention.key.": "self_attn.k_proj.",
        "attention.value.": "self_attn.v_proj.", "attention.output.": "self_attn.out_proj.",
        "attention_norm.": "self_attn_layer_norm.", "inner.": "fc1.", "outer.": "fc2.",
        "output_norm.": "final_layer_norm.",
    ]

    /// The prefix of the encoder's tensors in a checkpoint: empty, or that of a model with a head.
    func prefix(in names: [String]) -> String {
        let candidates =
            architecture == .whisper
            ? ["model.encoder.", "encoder."]
            : [architecture.rawValue.replacing("-", with: "_") + "."]
        return candidates.first { prefix in names.contains { $0.hasPrefix(prefix) } } ?? ""
    }

    /// The first parts of names that belong to pretraining, a head or a decoder rather than to the encoder.
    private static let heads: Set = [
        "masked_spec_embed", "adapter", "lm_head", "classifier", "projector", "quantizer", "project_hid",
        "project_q", "final_proj", "label_embs_concat", "tdnn", "objective", "layer_weights", "decoder",
        "proj_out", "model", "dropout",
    ]

    /// Returns whether a tensor that is not a weight of the encoder may be left out.
    ///
    /// - Parameter prefix: The prefix of the encoder's tensors.
    func isLeftOut(_ name: String, prefix: String) -> Bool {
        guard name.hasPrefix(prefix) else { return true }
        let first = name.dropFirst(prefix.count).prefix { $0 != "." }
        return Self.heads.contains(String(first))
    }
}
