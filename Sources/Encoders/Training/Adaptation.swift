import Layers

/// The few weights that are trained instead of those of the encoder.
struct Adaptation: Equatable {
    var lowRank: LowRankOptions?
    var adapters: AdapterOptions?

    /// Whether the weights of the encoder itself are trained.
    var isNone: Bool { lowRank == nil && adapters == nil }

    /// The number of weights in a part of an encoder.
    func parameters(of part: TrainedPart) -> Int {
        var total = 0
        if let lowRank {
            for dense in part.config.denseLayers
            where part.adapts(dense.name) && lowRank.targetModules.match(dense.name) {
                total += capped(lowRank.rank, dense.inputs + dense.outputs)
            }
        }
        if let adapters {
            let (channels, size) = (part.config.hidden, adapters.size)
            let each = capped(2, capped(2, capped(channels, size)) + channels + size)
            total += capped(max(part.layers - part.frozenLayers, 0), each)
        }
        return total
    }

    /// Returns the pattern that matches no dense layer of the part; nil if there is none.
    func unmatched(_ part: TrainedPart) -> String? {
        let names = part.config.denseLayers.map(\.name).filter(part.adapts)
        return lowRank?.targetModules.list.first { pattern in !NamePatterns([pattern]).matchesAny(names) }
    }
}

extension EncoderConfig {
    /// The dense layers of `SpeechEncoder`, by their names.
    var denseLayers: [(name: String, inputs: Int, outputs: Int)] {
        var found: [(name: String, inputs: Int, outputs: Int)] = []
        if case .waveform(let front) = input {
            found.append(("front_end.projection", front.filters.last ?? 1, hidden))
        }
        for index in 0..<layers {
            let layer = "layers.\(index)."
            for name in ["query", "key", "value", "output"] {
                found.append((layer + "attention." + name, hidden, hidden))
            }
            if relativePositions != nil {
                found.append((layer + "position_gate.projection", hidden / heads, 8))
            }
            found.append((layer + "inner", hidden, intermediate))
            found.append((layer + "outer", intermediate, hidden))
        }
        return found
    }
}
