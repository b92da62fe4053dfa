import CKernels

// Convolutions without im2col copies of the input. Channels are the innermost axis, so the taps of a window along
// the width are contiguous and a row of outputs is a matrix product whose left factor has overlapping rows, read in
// place. The same holds for both gradients. At the edges, where taps fall into the padding, fewer columns take
// part; the input is never padded.
//
// A 1D convolution is a 2D convolution over one image of height `batch` with a kernel of height 1.

/// Applies a 1D convolution: y[t] = bias + sum over taps j of x[t * stride + j * dilation - before] weight[j].
///
/// - Parameters:
///   - x: The input, [batch, time, channels].
///   - weight: [kernel, channels / groups, filters].
///   - bias: [filters].
///   - stride: The distance between windows.
///   - dilation: The distance between the taps of a window.
///   - groups: The number of groups of channels that are convolved independently.
///   - padding: The padding along time.
///   - activation: The activation that is fused into the operation.
///   - norm: A batch norm with fixed statistics, applied last. For inference only: the result has no gradient.
/// - Returns: [batch, time', filters].
public func conv1d(
    _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, dilation: Int = 1, groups: Int = 1,
    padding: Padding = .valid, activation: FusedActivation = .none, norm: FixedNorm? = nil
) -> Tensor {
    require(
        x.rank == 3 && weight.rank == 3,
        "conv1d: input \(x.shape) must be [batch, time, channels] and weight \(weight.shape) [kernel, channels / "
            + "groups, filters]")
    let across = Window(size: x.shape[0], kernel: 1, stride: 1, dilation: 1, before: 0, after: 0)
    let along = Window(
        "conv1d", size: x.shape[1], kernel: weight.shape[0], stride: stride, dilation: dilation,
        padding: padding,
        axis: 0)
    let geometry = Convolution(
        "conv1d", images: 1, rows: across, columns: along, x: x.shape, weight: weight.shape,
        bias: bias?.shape,
        groups: groups, shape: [x.shape[0], along.outputs, weight.shape[2]])
    return geometry.recorded("conv1d", x, weight, bias: bias, activation, norm)
}

/// Applies a 2D convolution over images.
///
/// - Parameters:
///   - x: The input, [batch, height, width, channels].
///   - weight: [kernel height, kernel width, channels / groups, filters].
///   - bias: [filters].
///   - stride: The distance between windows, along height and width.
///   - dilation: The distance between the taps of a window, along height and width.
///   - groups: The number of groups of channels that are convolved independently. A depthwise convolution has as
///     many groups as channels.
///   - padding: The padding along height and width.
///   - activation: The activation that is fused into the operation.
///   - norm: A batch norm with fixed statistics, applied last. For inference only: the result has no gradient.
/// - Returns: [batch, height', width', filters].
public func conv2d(
    _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: (Int, Int) = (1, 1),
    dilation: (Int, Int) = (1, 1),
    groups: Int = 1, padding: Padding = .valid, activation: FusedActivation = .none, norm: FixedNorm? = nil
) -> Tensor {
    require(
        x.rank == 4 && weight.rank == 4,
        "conv2d: input \(x.shape) must be [batch, height, width, channels] and weight \(weight.shape) [kernel height, "
            + "kernel width, channels / groups, filters]")
    let rows = Window(
        "conv2d", size: x.shape[1], kernel: weight.shape[0], stride: stride.0, dilation: dilation.0,
        padding: padding, axis: 0)
    let columns = Window(
        "conv2d", size: x.shape[2], kernel: weight.shape[1], stride: stride.1, dilation: dilation.1,
        padding: padding, axis: 1)
    let geometry = Convolution(
        "conv2d", images: x.shape[0], rows: rows, columns: columns, x: x.shape, weight: weight.shape,
        bias: bias?.shape, groups: groups,
        shape: [x.shape[0], rows.outputs, columns.outputs, weight.shape[3]])
    return geometry.recorded("conv2d", x, weight, bias: bias, activation, norm)
}

/// The geometry of a convolution and its three matrix products (forward and both gradients).
struct Convolution: Sendable {
    let images: Int
    let rows: Window, columns: Window
    let groups: Int
    let channels: Int, filters: Int
    let xShape: [Int], weightShape: [Int], shape: [Int]

    init(
        _ operation: StaticString, images: Int, rows: Window, columns: Window, x: [Int], weight: [Int],
        bias: [Int]?, groups: Int, shape: [Int]
    ) {
        channels = x[x.count - 1]
        filters = weight[weight.count - 1]
        require(
            groups > 0 && channels % groups == 0 && filters % groups == 0
                && weight[weight.count - 2] * groups == channels,
            "\(operation): input \(x) and weight \(weight) do not match for \(groups) groups: the weight's last axes "
                + "must be [\(channels) / groups, filters], both divisible by groups")
        if let bias {
            require(
                bias == [filters], "\(operation): bias \(bias) for weight \(weight) with \(filters) filters")
        }
        self.images = images
        self.rows = rows
        self.columns = columns
        self.groups = groups
        xShape = x
        weightShape = weight
        self.shape = shape
    }

    init(
        images: Int, rows: Window, columns: Window, groups: Int, channels: Int, filters: Int, xShape: [Int],
        weightShape: [Int], shape: [Int]
    ) {
        self.images = images
        self.rows = rows
        self.columns = columns
        self.groups = groups
        self.channels = channels
        self.filters = filters
        self.xShape = xShape
        self.weightShape = weightShape
        self.shape = shape
    }

    var isDepthwise: Bool { groups > 1 && groups == channels && groups == filters }

    /// Whether the kernel is 1 x 1, so that the convolution is a single matrix product.
    var isPointwise: Bool {
        groups == 1
            && [rows, columns].allSatisfy {
                $0.kernel == 1 && $0.stride == 1 && $0.before == 0 && $0.after == 0
            }
    }

    /// The channels and filters per group.
    var inputs: Int { channels / groups }
    var outputs: Int { filters / groups }
    var positions: Int { images * rows.outputs * columns.outputs }

    /// Whether all taps along the width form one product. They are contiguous if the dilation is 1.
    var isJoined: Bool { groups == 1 && columns.dilation == 1 }

    /// Returns the result with its gradient rule.
    func recorded(
        _ operation: StaticString, _ x: Tensor, _ weight: Tensor, bias: Tensor?,
        _ activation: FusedActivation,
        _ norm: FixedNorm?
    ) -> Tensor {
        let inputs = bias.map { [x, weight, $0] } ?? [x, weight]
        norm?.check(operation, channels: filters, inputs)
        let (x, weight) = (x.detached, weight.detached)
        let y = forward(
            x, Taps(weight, isKept: !isRecording), bias: bias?.detached,
            Finish(relu: activation == .relu, norm: norm))
        let savedY = activation == .relu ? y : nil
        return record(operation, inputs: inputs, output: y) { cotangent, wanted in
            let g = savedY.map { reluGradient($0, cotangent) } ?? cotangent
            let dx = wanted[0] ? inputGradient(g, weight) : nil
            let dWeight = wanted[1] ? weightGradient(x, g) : nil
            return inputs.count == 3 ? [dx, dWeight, wanted[2] ? g.sum(to: [filters]) : nil] : [dx, dWeight]
        }
    }

    // MARK: Forward

    /// An operation on sums that are still in the caches.
    struct Finish {
        var relu = false
        var norm: FixedNorm?
    }

    /// The weight in the layout of the forward pass.
    struct Taps {
        let weight: Tensor
        /// Whether channels and filters are swapped and the taps reversed, as for the gradient of the input.
        var isReversed = false
        /// Whether the packed copy may be cached.
        var isKept = false

        init(_ weight: Tensor, isReversed: Bool = false, isKept: Bool = false) {
            (self.weight, self.isReversed, self.isKept) = (weight, isReversed, isKept)
        }

        /// The taps of row `row` as a matrix: [columns * inputs, filters].
        func packed(_ row: Int, of rows: Int, columns: Int, inputs: Int, filters: Int) -> PackedMatrix {
            let tap = inputs * filters
            let layout =
                isReversed
                ? PackedMatrix.Layout(
                    rows: columns * inputs, columns: filters,
                    offset: ((rows - row) * columns - 1) * tap, row: 1, column: inputs, block: (inputs, -tap))
                : PackedMatrix.Layout(
                    rows: columns * inputs, columns: filters, offset: row * columns * tap, row: filters,
                    column: 1)
            return PackedMatrix(layout, of: weight, isKept: isKept)
        }
    }

    func forward(_ x: Tensor, _ taps: Taps, bias: Tensor?, _ finish: Finish) -> Tensor {
        if isDepthwise { return depthwiseForward(x, taps.weight, bias: bias, finish) }
        if isPointwise {
            return multiplyRows(
                x, rows: positions, taps.weight.with(shape: [channels, filters]), bias: bias,
                activation: finish.relu ? .relu : .none, norm: finish.norm, shape: shape, isKept: taps.isKept)
        }
        if isRegrouped, !taps.isReversed { return groupedForward(x, taps, bias: bias, finish) }
        let runs = columns.runs(joined: isJoined)
        let tapRows = rows.kernel
        // Each output gets its complete sum from one product, so nothing is accumulated.
        let isSinglePass =
            isJoined && tapRows == 1 && rows.outputs(seenBy: 0) == 0..<rows.outputs
            && runs.reduce(0) { $0 + $1.outputs.count } == columns.outputs
        let packed =
            groups == 1 && (positions >= 24 || taps.isReversed || taps.isKept)
            ? (0..<tapRows).map {
                taps.packed($0, of: tapRows, columns: columns.kernel, inputs: inputs, filters: filters)
            } : []
        let linesPerChunk = self.linesPerChunk(runs)
        let isOneBlock = images == 1 && rows.outputs <= linesPerChunk
        return withElements(x, taps.weight) { x, weight in
            withElements(bias) { bias in
                Tensor(shape: shape) { y in
                    forEachBlock(lines: linesPerChunk) { image, lines in
                        let x = x + image * rows.size * columns.size * channels
                        let y = y + image * rows.outputs * columns.outputs * filters
                        if !isSinglePass { fill(y, lines, bias) }
                        let start: Product.Start = isSinglePass ? .bias(bias) : .result
                        for tap in 0..<tapRows {
                            let seen = rows.outputs(seenBy: tap).clamped(to: lines)
                            guard !seen.isEmpty else { continue }
                            if !packed.isEmpty, isJoined, runs.count > 1, seen.count < 4 {
                                packed[tap].withFactor { factor in
                                    for line in seen {
                                        multiplyPadded(
                                            x, y, line: line, rowTap: tap, factor, start: start,
                                            relu: finish.relu && isSinglePass, divides: isOneBlock)
                                    }
                                }
                                continue
                            }
                            for run in runs {
                                let go = { (group: Int, factor: Product.Factor) in
                                    multiplyRun(
                                        x, y, run, rowTap: tap, lines: seen, group: group, factor,
                                        start: start,
                                        relu: finish.relu && isSinglePass, divides: isOneBlock)
                                }
                                if !packed.isEmpty {
                                    packed[tap].withFactor(from: run.taps.lowerBound * inputs) { go(0, $0) }
                                } else {
                                    let first =
                                        (tap * columns.kernel + run.taps.lowerBound) * inputs * filters
                                    for group in 0..<groups {
                                        go(group, .plain(weight + first + group * outputs, row: filters))
                                    }
                                }
                            }
                        }
                        let from = y + lines.lowerBound * columns.outputs * filters
                        let positions = lines.count * columns.outputs
                        if finish.relu && !isSinglePass { ck_relu(from, from, positions * filters) }
                        finish.norm?.apply(to: from, rows: positions)
                    }
                }
            }
        }
    }

    /// Computes one run of outputs on several lines: line by line with one product each, or, if the run is short,
    /// one product per output over all lines.
    @inline(__always)
    private func multiplyRun(
        _ x: UnsafePointer<Real>, _ y: UnsafeMutablePointer<Real>, _ run: Window.Run, rowTap: Int,
        lines: Range<Int>, group: Int, _ factor: Product.Factor, start: Product.Start, relu: Bool,
        divides: Bool
    ) {
        let k = run.taps.count * inputs
        let (xLine, yLine) = (rows.stride * columns.size * channels, columns.outputs * filters)
        let from = { (output: Int) in
            x
                + (rows.position(lines.lowerBound, rowTap) * columns.size
                    + columns.position(output, run.taps.lowerBound)) * channels + group * inputs
        }
        let into = { (output: Int) in
            y + (lines.lowerBound * columns.outputs + output) * filters + group * outputs
        }
        let start = start.shifted(group * outputs)
        if run.outputs.count >= 4 || run.outputs.count >= lines.count {
            chunks(of: run.outputs.count, perOutput: lines.count * k * outputs, divides) { first, count in
                let first = run.outputs.lowerBound + first
                Product.run(
                    m: count, n: outputs, k: k,
                    lines: Product.Lines(count: lines.count, a: xLine, c: yLine), from(first),
                    row: columns.stride * channels, factor, start: start, into: into(first), row: filters,
                    relu: relu)
            }
        } else {
            for output in run.outputs {
                Product.run(
                    m: lines.count, n: outputs, k: k, from(output), row: xLine, factor, start: start,
                    into: into(output), row: yLine, relu: relu)
            }
        }
    }

    /// Computes all outputs of a line with one product on a zero-padded copy of the line. With few lines, the
    /// outputs at the edges are too few for separate products.
    private func multiplyPadded(
        _ x: UnsafePointer<Real>, _ y: UnsafeMutablePointer<Real>, line: Int, rowTap: Int,
        _ factor: Product.Factor, start: Product.Start, relu: Bool, divides: Bool
    ) {
        let length = (columns.outputs - 1) * columns.stride + columns.kernel
        let before = Swift.min(columns.before, length)
        let inside = Swift.min(columns.size, length - before)
        withUnsafeTemporaryAllocation(of: Real.self, capacity: length * channels) { buffer in
            guard let copy = buffer.baseAddress else { return }
            let begin = before * channels
            copy.update(repeating: 0, count: begin)
            (copy + begin).update(
                from: x + rows.position(line, rowTap) * columns.size * channels, count: inside * channels)
            (copy + begin + inside * channels).update(
                repeating: 0, count: (length - before - inside) * channels)
            let (k, step, y) = (
                columns.kernel * channels, columns.stride * channels, y + line * columns.outputs * filters
            )
            chunks(of: columns.outputs, perOutput: k * filters, divides) { first, count in
                Product.run(
                    m: count, n: filters, k: k, copy + first * step, row: step, factor, start: start,
                    into: y + first * filters, row: filters, relu: relu)
            }
        }
    }

    /// Calls `body` for the outputs of a line: at once, or divided among several threads.
    @inline(__always)
    private func chunks(
        of outputs: Int, perOutput multiplications: Int, _ divides: Bool,
        _ body: (_ first: Int, _ count: Int) -> Void
    ) {
        if divides { Product.chunks(of: outputs, perRow: multiplications, body) } else { body(0, outputs) }
    }

    private func fill(_ y: UnsafeMutablePointer<Real>, _ lines: Range<Int>, _ bias: UnsafePointer<Real>?) {
        let from = y + lines.lowerBound * columns.outputs * filters
        let positions = lines.count * columns.outputs
        guard let bias else { return from.update(repeating: 0, count: positions * filters) }
        for position in 0..<positions { (from + position * filters).update(from: bias, count: filters) }
    }

    /// The number of lines that make about 4 million multiplications, but at least two if the outputs at the edges
    /// are products over all of the lines.
    private func linesPerChunk(_ runs: [Window.Run] = []) -> Int {
        let perLine = columns.outputs * rows.kernel * columns.kernel * inputs * filters
        return Swift.max(runs.count > 1 ? 4 : 1, 4_000_000 / Swift.max(perLine, 1))
    }

    /// Blocks of lines of an image as chunks of work.
    func forEachBlock(lines: Int, _ body: (Int, Range<Int>) -> Void) {
        let blocks = (rows.outputs + lines - 1) / lines
        guard columns.outputs > 0 else { return }
        Parallel.chunks(images * blocks) { index in
            let first = index % blocks * lines
            body(index / blocks, first..<Swift.min(rows.outputs, first + lines))
        }
    }
}

extension Product.Start {
    /// The same for the columns starting at `offset`.
    @inline(__always)
    func shifted(_ offset: Int) -> Product.Start {
        if case .bias(let bias) = self { return .bias(bias.map { $0 + offset }) }
        return self
    }
}

extension Tensor {
    /// Returns the same elements with another shape, without history.
    func with(shape: [Int]) -> Tensor { Tensor(shape: shape, storage: storage) }
}
