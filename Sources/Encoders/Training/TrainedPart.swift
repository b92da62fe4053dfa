/// The part of an encoder whose weights are trained.
struct TrainedPart {
    let config: EncoderConfig
    /// Whether the convolutions at the start are frozen.
    var freezesConvolutions: Bool
    /// The number of frozen transformer layers, from the lowest. If it is not 0, everything before them is frozen too.
    var frozenLayers: Int
    /// The number of transformer layers that are computed.
    var layers: Int

    private var trainsInput: Bool { frozenLayers == 0 }
    private var trainsConvolutions: Bool { trainsInput && !freezesConvolutions }
    /// The normalization precedes the first layer, or follows the last one.
    private var trainsNorm: Bool {
        config.normFirst ? layers == config.layers && frozenLayers < layers : trainsInput
    }

    /// Returns whether a weight of `SpeechEncoder` is trained.
    func contains(_ name: String) -> Bool {
        let parts = name.split(separator: ".")
        switch parts[0] {
        case "layers": return Int(parts[1]).map { (frozenLayers..<max(layers, frozenLayers)) ~= $0 } ?? false
        case "norm": return trainsNorm
        case "relative_positions": return trainsInput && layers > 0
        case "front_end" where parts[1] == "positions": return false
        case "front_end" where Int(parts[1]) != nil: return trainsConvolutions
        default: return trainsInput
        }
    }

    /// Returns whether a layer of `SpeechEncoder` may be adapted: it is computed, and not frozen.
    func adapts(_ name: String) -> Bool { contains(name + ".") }

    /// The number of trained weights of the encoder itself.
    var parameters: Int {
        var total = capped(max(layers - frozenLayers, 0), config.layerParameters)
        if trainsNorm { total += 2 * config.hidden }
        if trainsInput {
            total += config.positionParameters
            if layers == 0 { total -= capped(config.heads, config.relativePositions?.buckets ?? 0) }
        }
        guard trainsConvolutions else { return total }
        total += config.convolutionParameters
        if case .logMel(_, let positions) = config.input { total -= capped(positions, config.hidden) }
        return total
    }
}
