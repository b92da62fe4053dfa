import Autograd
import Layers

/// The convolutions that turn a waveform into a sequence of hidden states.
final class WaveformFrontEnd: Layer {
    let convolutions: [NormalizedConvolution]
    let projectionNorm: LayerNorm?
    let projection: Dense
    private let dropout: Dropout

    var members: [Member] {
        convolutions.enumerated().map { .layer("\($0)", $1) }
            + (projectionNorm.map { [.layer("projection_norm", $0)] } ?? [])
            + [.layer("projection", projection)]
    }

    init(_ config: EncoderConfig, _ front: EncoderConfig.Convolutions, _ weights: WeightSource) {
        var channels = 1
        convolutions = front.filters.indices.map { index in
            defer { channels = front.filters[index] }
            return NormalizedConvolution(front, index, inputs: channels, weights.split("\(index)"))
        }
        projectionNorm =
            front.hasProjectionNorm ? LayerNorm(epsilon: config.epsilon, channels: channels) : nil
        projection = weights.dense("projection", config.hidden, inputs: channels)
        dropout = Dropout(config.projectionDropout)
    }

    /// - Parameter x: Waveforms, [batch, samples].
    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let areFrozen = convolutions.allSatisfy(\.isFrozen) && !x.tensor.isTracked
        var h = areFrozen ? withoutRecording { convolved(x, pass) } : convolved(x, pass)
        if let projectionNorm { h = projectionNorm.forward(h, pass) }
        return dropout.forward(projection.forward(h, pass), pass)
    }

    private func convolved(_ x: Signal, _ pass: Pass) -> Signal {
        let count = x.tensor.shape[0]
        guard count > 1, !isRecording else {
            var h = Signal(x.masked.reshaped(x.tensor.shape + [1]), lengths: x.lengths)
            for convolution in convolutions { h = convolution.forward(h, pass) }
            return h
        }
        // One recording at a time, because the first outputs are large.
        let parts = (0..<count).map { row in
            convolved(
                Signal(x.tensor.slice(axis: 0, row..<row + 1), lengths: x.lengths.map { [$0[row]] }), pass)
        }
        return Signal(
            concatenate(parts.map(\.tensor), axis: 0),
            lengths: x.lengths.map { _ in parts.flatMap { $0.lengths ?? [] } })
    }
}

/// A convolution with its normalization and activation.
final class NormalizedConvolution: Layer {
    let convolution: Conv1D
    let norm: (any Layer)?
    let activation: Activation

    var members: [Member] {
        [.layer("conv", convolution)] + (norm.map { [.layer("norm", $0)] } ?? [])
    }

    init(_ front: EncoderConfig.Convolutions, _ index: Int, inputs: Int, _ weights: WeightSource) {
        let filters = front.filters[index]
        convolution = weights.convolution(
            "conv", filters, kernel: front.kernels[index], stride: front.strides[index], bias: front.bias,
            inputs: inputs)
        switch front.norm {
        case .group: norm = index == 0 ? GroupNorm(groups: filters, channels: filters) : nil
        case .layer: norm = LayerNorm(channels: filters)
        }
        activation = front.activation
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let y = convolution.forward(x, pass)
        let normalized = norm?.forward(y, pass) ?? y
        return normalized.with(activation(normalized.tensor))
    }
}
