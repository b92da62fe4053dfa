/// A sliding window along one axis.
struct Window: Sendable, Equatable {
    let size: Int, kernel: Int, stride: Int, dilation: Int, before: Int, after: Int
    let outputs: Int

    init(
        _ operation: StaticString, size: Int, kernel: Int, stride: Int, dilation: Int = 1, padding: Padding,
        axis: Int
    ) {
        require(
            kernel > 0 && stride > 0 && dilation > 0,
            "\(operation): kernel \(kernel), stride \(stride) and dilation \(dilation) must be above 0")
        let span = (kernel - 1) * dilation + 1
        (before, after) = padding.amounts(
            axis: axis, size: size, kernel: kernel, stride: stride, dilation: dilation, operation)
        require(
            size == 0 || size + before + after >= span,
            "\(operation): a window of \(span) is larger than \(size) steps with padding \(before) and \(after)"
        )
        self.size = size
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        outputs =
            size == 0
            ? 0
            : windowCount(
                size: size, kernel: kernel, stride: stride, dilation: dilation, padding: (before, after))
    }

    /// Creates a window from explicit values.
    init(size: Int, kernel: Int, stride: Int, dilation: Int, before: Int, after: Int) {
        self.size = size
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.before = before
        self.after = after
        outputs = windowCount(
            size: size, kernel: kernel, stride: stride, dilation: dilation, padding: (before, after))
    }

    /// Returns the input position that tap `tap` of output `output` reads, which may be in the padding.
    @inline(__always)
    func position(_ output: Int, _ tap: Int) -> Int { output * stride + tap * dilation - before }

    /// Returns the taps of an output that lie inside the input.
    func taps(of output: Int) -> Range<Int> {
        let first = position(output, 0)
        let lower = first >= 0 ? 0 : (-first + dilation - 1) / dilation
        let room = size - 1 - first
        let upper = room < 0 ? 0 : Swift.min(kernel, room / dilation + 1)
        return lower < upper ? lower..<upper : 0..<0
    }

    /// Returns the outputs for which a tap lies inside the input.
    func outputs(seenBy tap: Int) -> Range<Int> {
        let shift = before - tap * dilation  // output * stride - shift is in 0..<size
        let lower = shift <= 0 ? 0 : (shift + stride - 1) / stride
        let last = size - 1 + shift
        let upper = last < 0 ? 0 : Swift.min(outputs, last / stride + 1)
        return lower < upper ? lower..<upper : 0..<0
    }

    /// Consecutive outputs that read the same taps.
    struct Run: Sendable {
        let outputs: Range<Int>
        let taps: Range<Int>

        /// The part of the run within `span`, if there is one.
        func clamped(to span: Range<Int>) -> Run? {
            let outputs = outputs.clamped(to: span)
            return outputs.isEmpty ? nil : Run(outputs: outputs, taps: taps)
        }
    }

    /// Returns all outputs as runs. If `joined` is true, each output is in one run with all of its taps, which must
    /// be contiguous. Otherwise each tap is a separate run. Outputs that read only padding are in no run.
    func runs(joined: Bool) -> [Run] {
        guard joined else {
            return (0..<kernel).map { Run(outputs: outputs(seenBy: $0), taps: $0..<$0 + 1) }
                .filter { !$0.outputs.isEmpty }
        }
        var runs: [Run] = []
        for output in 0..<outputs {
            let taps = taps(of: output)
            if let last = runs.last, last.taps == taps, last.outputs.upperBound == output {
                runs[runs.count - 1] = Run(outputs: last.outputs.lowerBound..<output + 1, taps: taps)
            } else if !taps.isEmpty {
                runs.append(Run(outputs: output..<output + 1, taps: taps))
            }
        }
        return runs
    }

    /// The window of the backward pass for stride 1: over the outputs, with the taps reversed.
    var reversed: Window {
        Window(
            size: outputs, kernel: kernel, stride: 1, dilation: dilation,
            before: (kernel - 1) * dilation - before, after: size - outputs + before)
    }
}
