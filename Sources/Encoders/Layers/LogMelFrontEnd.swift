import Autograd
import Layers

/// The two convolutions and the positional encoding of Whisper's encoder.
final class LogMelFrontEnd: Layer {
    private let first: Conv1D, second: Conv1D
    /// [steps, channels]
    private let positions: Parameter

    var members: [Member] {
        [.layer("0", first), .layer("1", second), .parameter("positions", positions)]
    }

    init(_ config: EncoderConfig, bands: Int, positions: Int, _ weights: WeightSource) {
        first = weights.convolution("0", config.hidden, kernel: 3, inputs: bands)
        second = weights.convolution("1", config.hidden, kernel: 3, stride: 2, inputs: config.hidden)
        self.positions = Parameter(
            weights.initializer.make(
                [positions, config.hidden], fanIn: positions, fanOut: config.hidden,
                weights.generator.split("positions")))
    }

    /// - Parameter x: Log-mel spectrograms, [batch, frames, bands].
    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        func padded(_ x: Tensor) -> Tensor { x.padded(before: [0, 1, 0], after: [0, 1, 0]) }
        var h = first(padded(x.masked)).gelu()
        h = second(padded(Signal(h, lengths: x.lengths).masked)).gelu()
        let steps = h.shape[1]
        require(
            steps <= positions.shape[0],
            "encoder: \(x.tensor.shape[1]) frames, but the encoder has positions for \(2 * positions.shape[0])"
        )
        return Signal(
            h + positions.tensor.slice(axis: 0, 0..<steps), lengths: x.lengths?.map { ($0 + 1) / 2 })
    }
}
