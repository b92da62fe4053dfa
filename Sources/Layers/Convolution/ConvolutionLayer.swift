import Autograd
import Configuration

/// What 1D and 2D convolutions share.
protocol ConvolutionLayer: Absorbing {
    associatedtype Spec: GroupedConvolutionSpec
    var options: Spec { get }
    /// [kernel..., channels / groups, filters]
    var weight: Parameter { get }
    /// [filters]
    var bias: Parameter? { get }
    /// Returns the convolution with the fused operations after it.
    func convolved(_ x: Tensor, _ padding: Padding, _ ending: Ending) -> Tensor
}

extension ConvolutionLayer {
    public var spec: any LayerSpec { options }
    public var members: [Member] { weightAndBias(weight, bias) }
    public var penalties: [Penalty] { [Penalty(weight, l1: options.l1, l2: options.l2)] }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        forward(x, pass, followedBy: []).signal
    }

    func forward(_ x: Signal, _ pass: Pass, followedBy rest: ArraySlice<any Layer>) -> (
        signal: Signal, taken: Int
    ) {
        let ending = Ending(options.activation, rest, pass)
        let (input, padding) = surrounded(x)
        let y = convolved(input, padding, ending)
        let (kernel, stride, dilation) = time
        let lengths = x.lengths?.map {
            options.padding.outputs(size: $0, kernel: kernel, stride: stride, dilation: dilation) ?? 0
        }
        return (Signal(ending.finish(y), lengths: lengths), ending.taken)
    }

    /// The kernel size, stride and dilation along the first axis, which is time.
    private var time: (kernel: Int, stride: Int, dilation: Int) {
        (options.kernel.axes[0], options.stride.axes[0], options.dilation.axes[0])
    }

    /// Returns the input without the contents of its padding, and the padding of the convolution. If the padding before a
    /// sequence depends on its length, the sequence is shifted, so that its result does not depend on the batch.
    private func surrounded(_ x: Signal) -> (Tensor, Padding) {
        let (kernel, stride, dilation) = time
        let before = { [options] in
            options.padding.before(size: $0, kernel: kernel, stride: stride, dilation: dilation)
        }
        let steps = x.tensor.shape[1]
        guard let lengths = x.lengths, lengths.contains(where: { before($0) != before(steps) }) else {
            return (x.masked, options.convolution.amounts)
        }
        let room = steps + (kernel - 1) * dilation
        // The other axis, if there is one, has the same size in all examples.
        let rest = options.kernel.axes.indices.dropFirst().map { axis in
            options.padding.amounts(
                size: x.tensor.shape[axis + 1], kernel: options.kernel.axes[axis],
                stride: options.stride.axes[axis], dilation: options.dilation.axes[axis])
        }
        return (
            x.placed(at: lengths.map(before), of: room),
            .amounts(before: [0] + rest.map(\.before), after: [0] + rest.map(\.after))
        )
    }
}
