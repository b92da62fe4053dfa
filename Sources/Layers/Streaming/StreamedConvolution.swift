import Autograd

extension Conv1D: CausalLayer {
    public func streamed() throws(LayerError) -> any Layer { try StreamedConvolution(self) }
}

/// A causal convolution over a sequence in parts.
private final class StreamedConvolution: Absorbing {
    private let layer: Conv1D
    private let buffer: StreamBuffer

    var members: [Member] { layer.members }

    init(_ layer: Conv1D) throws(LayerError) {
        let options = layer.options
        let reach = (options.kernel - 1) * options.dilation
        guard options.padding == .causal || options.padding == .valid || reach == 0 else {
            throw LayerError(
                "conv1d with padding \"\(options.padding.rawValue)\" depends on later steps and cannot process a "
                    + "stream; use \"padding\": \"causal\"")
        }
        self.layer = layer
        buffer = StreamBuffer(
            window: reach + 1, stride: options.stride, before: options.padding == .causal ? reach : 0)
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal { forward(x, pass, followedBy: []).signal }

    func forward(_ x: Signal, _ pass: Pass, followedBy rest: ArraySlice<any Layer>) -> (
        signal: Signal, taken: Int
    ) {
        let ending = Ending(layer.options.activation, rest, pass)
        guard let steps = buffer.adding(x.tensor) else {
            return (Signal(.zeros([x.tensor.shape[0], 0, layer.options.filters])), ending.taken)
        }
        return (Signal(ending.finish(layer.convolved(steps, .valid, ending))), ending.taken)
    }
}
