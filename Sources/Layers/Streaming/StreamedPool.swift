import Autograd

extension FunctionLayer: CausalLayer {
    /// Pooling waits for complete windows; other layers of this kind stream if they are stepwise.
    public func streamed() throws(LayerError) -> any Layer {
        if let pool = options as? Pool1DSpec { return try StreamedPool(pool) }
        if options is any StepwiseSpec { return self }
        throw needsWholeSequence(options.typeName)
    }
}

/// Pooling without padding over a sequence in parts.
private final class StreamedPool: Layer {
    private let options: Pool1DSpec
    private let buffer: StreamBuffer

    var members: [Member] { [] }

    init(_ options: Pool1DSpec) throws(LayerError) {
        guard options.pool.padding == .valid || options.pool.size == 1 else {
            throw LayerError(
                "pool1d with padding \"\(options.pool.padding.rawValue)\" cannot process a stream; use \"padding\": "
                    + "\"valid\"")
        }
        self.options = options
        buffer = StreamBuffer(window: options.pool.size, stride: options.pool.step, before: 0)
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        guard let steps = buffer.adding(x.tensor) else {
            return Signal(.zeros([x.tensor.shape[0], 0, x.tensor.shape[2]]))
        }
        return options.apply(Signal(steps), pass)
    }
}
