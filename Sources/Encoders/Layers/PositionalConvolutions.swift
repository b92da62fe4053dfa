import Autograd
import Layers

/// Convolutions over the hidden states whose output is added to them as a relative positional encoding.
final class PositionalConvolutions: Layer {
    let convolutions: [Conv1D]
    let kernel: Int
    let isNormalized: Bool
    let activation: Activation

    var members: [Member] { convolutions.enumerated().map { .layer("\($0)", $1) } }

    init(_ config: EncoderConfig, _ front: EncoderConfig.Convolutions, _ weights: WeightSource) {
        kernel = front.positionKernel
        isNormalized = front.normalizesPositions
        activation = front.activation
        convolutions = (0..<front.positionDepth).map {
            weights.convolution(
                "\($0)", config.hidden, kernel: front.positionKernel, groups: front.positionGroups,
                inputs: config.hidden)
        }
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        var h = x
        // As many outputs as inputs; with an even kernel, the additional output at the end is not computed.
        let after = kernel / 2 - (kernel % 2 == 0 ? 1 : 0)
        for convolution in convolutions {
            let padded = h.masked.padded(before: [0, kernel / 2, 0], after: [0, after, 0])
            var y = convolution(padded)
            if isNormalized { y = layerNorm(y) }
            h = x.with(activation(y))
        }
        return x.adding(h)
    }
}
