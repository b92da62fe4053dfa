import CKernels

// Convolutions without unrolled copies of the input. Channels run fastest, so the taps of a window along the width
// lie side by side and a row of outputs is a product of matrices whose left factor has overlapping rows: it is read
// where it stands. The same holds for both gradients. At the ends, where taps fall into the padding, fewer columns
// take part; nothing is padded.
//
// A convolution over sequences is one over a picture of height `batch` with a kernel of height 1.

/// The sum over a window along time: y[t] = bias + sum over taps j of x[t * stride + j * dilation - before] weight[j].
///
/// - Parameters:
///   - x: [batch, time, channels].
///   - weight: [kernel, channels / groups, filters].
///   - bias: [filters].
///   - groups: channels and filters are split into this many parts that do not see each other.
/// - Returns: [batch, time', filters].
public func conv1d(
    _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, dilation: Int = 1, groups: Int = 1,
    padding: Padding = .valid, activation: FusedActivation = .none
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
    let (y, gradient) = geometry.convolve(x.detached, weight.detached, bias: bias?.detached, activation)
    return record(
        "conv1d", inputs: bias.map { [x, weight, $0] } ?? [x, weight], output: y, gradient: gradient)
}

/// The sum over a window of a picture.
///
/// - Parameters:
///   - x: [batch, height, width, channels].
///   - weight: [kernel height, kernel width, channels / groups, filters].
///   - bias: [filters].
///   - stride, dilation: along height and width.
///   - groups: as many as channels makes it depthwise.
/// - Returns: [batch, height', width', filters].
public func conv2d(
    _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, stride: (Int, Int) = (1, 1),
    dilation: (Int, Int) = (1, 1),
    groups: Int = 1, padding: Padding = .valid, activation: FusedActivation = .none
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
    let (y, gradient) = geometry.convolve(x.detached, weight.detached, bias: bias?.detached, activation)
    return record(
        "conv2d", inputs: bias.map { [x, weight, $0] } ?? [x, weight], output: y, gradient: gradient)
}

/// The sizes of a convolution and the three products that it is made of.
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
            "\(operation): input \(x) and weight \(weight) do not fit with \(groups) groups: the weight's last axes "
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

    private init(
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

    private var isDepthwise: Bool { groups > 1 && groups == channels && groups == filters }

    /// A single tap at every position: a product of matrices, nothing more.
    private var isPointwise: Bool {
        groups == 1
            && [rows, columns].allSatisfy {
                $0.kernel == 1 && $0.stride == 1 && $0.before == 0 && $0.after == 0
            }
    }

    /// Channels and filters of one group.
    private var inputs: Int { channels / groups }
    private var outputs: Int { filters / groups }
    private var positions: Int { images * rows.outputs * columns.outputs }

    /// All the taps along the width as one product: they lie side by side where nothing is left out between them.
    private var isJoined: Bool { groups == 1 && columns.dilation == 1 }

    /// The result, and the rule that carries cotangents back.
    func convolve(
        _ x: Tensor, _ weight: Tensor, bias: Tensor?, _ activation: FusedActivation
    ) -> (y: Tensor, gradient: @Sendable (Tensor, Wanted) -> [Tensor?]) {
        let y = forward(x, weight, bias: bias, relu: activation == .relu)
        let savedY = activation == .relu ? y : nil
        let hasBias = bias != nil
        return (
            y,
            { cotangent, wanted in
                let g = savedY.map { reluGradient($0, cotangent) } ?? cotangent
                let dx = wanted[0] ? inputGradient(g, weight) : nil
                let dWeight = wanted[1] ? weightGradient(x, g) : nil
                return hasBias ? [dx, dWeight, wanted[2] ? g.sum(to: [filters]) : nil] : [dx, dWeight]
            }
        )
    }

    // MARK: Forward

    func forward(_ x: Tensor, _ weight: Tensor, bias: Tensor?, relu: Bool) -> Tensor {
        if isDepthwise { return depthwiseForward(x, weight, bias: bias, relu: relu) }
        if isPointwise {
            return multiplyRows(
                x, rows: positions, weight.with(shape: [channels, filters]), bias: bias,
                activation: relu ? .relu : .none, shape: shape)
        }
        let runs = columns.runs(joined: isJoined)
        let taps = rows.kernel
        let blockSize = columns.kernel * inputs * filters
        // Each output gets all its sums in one product: nothing to add to.
        let isSinglePass =
            isJoined && taps == 1 && rows.outputs(seenBy: 0) == 0..<rows.outputs
            && runs.reduce(0) { $0 + $1.outputs.count } == columns.outputs
        return withElements(x, weight) { x, weight in
            withElements(bias) { bias in
                let packed =
                    isJoined && positions >= 24
                    ? (0..<taps).map {
                        PackedMatrix(
                            rows: columns.kernel * channels, columns: filters, weight + $0 * blockSize,
                            row: filters, column: 1)
                    } : []
                return Tensor(shape: shape) { y in
                    forEachBlock(lines: linesPerChunk) { image, lines in
                        let x = x + image * rows.size * columns.size * channels
                        let y = y + image * rows.outputs * columns.outputs * filters
                        if !isSinglePass { fill(y, lines, bias) }
                        for tap in 0..<taps {
                            let seen = rows.outputs(seenBy: tap).clamped(to: lines)
                            guard !seen.isEmpty else { continue }
                            for run in runs {
                                let isWhole = run.taps.count == columns.kernel && !packed.isEmpty
                                let go = { (group: Int, factor: Product.Factor) in
                                    multiplyRun(
                                        x, y, run, rowTap: tap, lines: seen, group: group, factor,
                                        start: isSinglePass ? .bias(bias) : .result,
                                        relu: relu && isSinglePass)
                                }
                                if isWhole {
                                    packed[tap].withFactor { go(0, $0) }
                                } else {
                                    for group in 0..<groups {
                                        let at =
                                            tap * blockSize + run.taps.lowerBound * inputs * filters
                                            + group * outputs
                                        go(group, .plain(weight + at, row: filters))
                                    }
                                }
                            }
                        }
                        if relu && !isSinglePass {
                            let from = lines.lowerBound * columns.outputs * filters
                            let n = lines.count * columns.outputs * filters
                            ck_relu(y + from, y + from, n)
                        }
                    }
                }
            }
        }
    }

    /// One run of outputs on several lines: a product for each line, or where the run is short, one for each of its
    /// outputs over all lines.
    @inline(__always)
    private func multiplyRun(
        _ x: UnsafePointer<Real>, _ y: UnsafeMutablePointer<Real>, _ run: Window.Run, rowTap: Int,
        lines: Range<Int>, group: Int, _ factor: Product.Factor, start: Product.Start, relu: Bool
    ) {
        let k = run.taps.count * inputs
        let from = { (line: Int, output: Int) in
            x + (rows.position(line, rowTap) * columns.size + columns.position(output, run.taps.lowerBound))
                * channels + group * inputs
        }
        let into = { (line: Int, output: Int) in
            y + (line * columns.outputs + output) * filters + group * outputs
        }
        if run.outputs.count >= 4 || run.outputs.count >= lines.count {
            for line in lines {
                let first = run.outputs.lowerBound
                Product.run(
                    m: run.outputs.count, n: outputs, k: k, from(line, first), row: columns.stride * channels,
                    factor, start: start.shifted(group * outputs), into: into(line, first), row: filters,
                    relu: relu)
            }
        } else {
            for output in run.outputs {
                let first = lines.lowerBound
                Product.run(
                    m: lines.count, n: outputs, k: k, from(first, output),
                    row: rows.stride * columns.size * channels, factor, start: start.shifted(group * outputs),
                    into: into(first, output), row: columns.outputs * filters, relu: relu)
            }
        }
    }

    private func fill(_ y: UnsafeMutablePointer<Real>, _ lines: Range<Int>, _ bias: UnsafePointer<Real>?) {
        let from = y + lines.lowerBound * columns.outputs * filters
        let positions = lines.count * columns.outputs
        guard let bias else { return from.update(repeating: 0, count: positions * filters) }
        for position in 0..<positions { (from + position * filters).update(from: bias, count: filters) }
    }

    private var linesPerChunk: Int {
        let perLine = columns.outputs * rows.kernel * columns.kernel * inputs * filters
        return Swift.max(1, 4_000_000 / Swift.max(perLine, 1))
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

    // MARK: Gradients

    func inputGradient(_ g: Tensor, _ weight: Tensor) -> Tensor {
        if isDepthwise { return depthwiseInputGradient(g, weight) }
        if isPointwise {
            return multiplyRows(
                g, rows: positions, weight.with(shape: [channels, filters]), transposed: true, shape: xShape)
        }
        if isJoined, let back = reversed {
            return back.forward(g, reversedTaps(weight), bias: nil, relu: false)
        }
        return scatteredInputGradient(g, weight)
    }

    /// The convolution that turns cotangents into input gradients: over the outputs, with the taps in reverse and
    /// channels and filters in each other's place. Only for stride 1.
    var reversed: Convolution? {
        guard rows.stride == 1 && columns.stride == 1 && rows.outputs > 0 && columns.outputs > 0 else {
            return nil
        }
        let (back, across) = (rows.reversed, columns.reversed)
        guard [back.before, back.after, across.before, across.after].allSatisfy({ $0 >= 0 }) else {
            return nil
        }
        return Convolution(
            images: images, rows: back, columns: across, groups: groups, channels: filters, filters: channels,
            xShape: shape, weightShape: [rows.kernel, columns.kernel, filters / groups, channels],
            shape: xShape)
    }

    /// The weight with its taps in reverse order and its last two axes exchanged.
    private func reversedTaps(_ weight: Tensor) -> Tensor {
        let taps = rows.kernel * columns.kernel
        return weight.withElements { weight in
            Tensor(shape: [taps, filters, channels]) { result in
                for tap in 0..<taps {
                    let from = weight + (taps - 1 - tap) * channels * filters
                    let to = result + tap * channels * filters
                    for channel in 0..<channels {
                        for filter in 0..<filters {
                            to[filter * channels + channel] = from[channel * filters + filter]
                        }
                    }
                }
            }
        }
    }

    /// Each tap sends the cotangents back to the positions that it saw.
    private func scatteredInputGradient(_ g: Tensor, _ weight: Tensor) -> Tensor {
        let runs = columns.runs(joined: false)
        return withElements(g, weight) { g, weight in
            let factors = (0..<rows.kernel * columns.kernel * groups).map { index in
                PackedMatrix(
                    rows: outputs, columns: inputs,
                    weight + index / groups * inputs * filters + index % groups * outputs, row: 1,
                    column: filters)
            }
            return Tensor(shape: xShape) { dx in
                dx.update(repeating: 0, count: xShape.elementCount)
                // Lines of one image overlap in what they send to, so an image is one chunk; sequences do not.
                let independent = rows.kernel == 1 && rows.stride == 1
                let chunks = independent ? images * rows.outputs : images
                Parallel.chunks(chunks) { index in
                    let image = independent ? index / rows.outputs : index
                    let lines =
                        independent ? index % rows.outputs..<index % rows.outputs + 1 : 0..<rows.outputs
                    let g = g + image * rows.outputs * columns.outputs * filters
                    let dx = dx + image * rows.size * columns.size * channels
                    for rowTap in 0..<rows.kernel {
                        for line in rows.outputs(seenBy: rowTap).clamped(to: lines) {
                            for run in runs {
                                let tap = rowTap * columns.kernel + run.taps.lowerBound
                                let to =
                                    dx
                                    + (rows.position(line, rowTap) * columns.size
                                        + columns.position(run.outputs.lowerBound, run.taps.lowerBound))
                                    * channels
                                let from = g + (line * columns.outputs + run.outputs.lowerBound) * filters
                                for group in 0..<groups {
                                    factors[tap * groups + group].withFactor {
                                        Product.run(
                                            m: run.outputs.count, n: inputs, k: outputs,
                                            from + group * outputs,
                                            row: filters, $0, start: .result, into: to + group * inputs,
                                            row: columns.stride * channels)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    func weightGradient(_ x: Tensor, _ g: Tensor) -> Tensor {
        if isDepthwise { return depthwiseWeightGradient(x, g) }
        if isPointwise {
            return outerSum(x, g, rows: positions, inputs: channels, outputs: filters).with(
                shape: weightShape)
        }
        let runs = columns.runs(joined: isJoined)
        let lines = images * rows.outputs
        let perLine = columns.outputs * weightShape.elementCount
        return withElements(x, g) { x, g in
            sumOfChunks(lines, perRow: perLine, shape: weightShape) { range, part in
                part.update(repeating: 0, count: weightShape.elementCount)
                forEachImage(in: range) { image, lines in
                    addWeightGradient(
                        x + image * rows.size * columns.size * channels,
                        g + image * rows.outputs * columns.outputs * filters, lines: lines, runs, part)
                }
            }
        }
    }

    /// Splits a range of lines, counted through all images, into the lines of each image.
    func forEachImage(in range: Range<Int>, _ body: (Int, Range<Int>) -> Void) {
        var line = range.lowerBound
        while line < range.upperBound {
            let image = line / rows.outputs
            let end = Swift.min(range.upperBound, (image + 1) * rows.outputs)
            body(image, line - image * rows.outputs..<end - image * rows.outputs)
            line = end
        }
    }

    private func addWeightGradient(
        _ x: UnsafePointer<Real>, _ g: UnsafePointer<Real>, lines: Range<Int>, _ runs: [Window.Run],
        _ part: UnsafeMutablePointer<Real>
    ) {
        for tap in 0..<rows.kernel {
            let seen = rows.outputs(seenBy: tap).clamped(to: lines)
            guard !seen.isEmpty else { continue }
            for run in runs {
                for group in 0..<groups {
                    let into =
                        part + (tap * columns.kernel + run.taps.lowerBound) * inputs * filters + group
                        * outputs
                    let from = { (line: Int, output: Int) in
                        x
                            + (rows.position(line, tap) * columns.size
                                + columns.position(output, run.taps.lowerBound)) * channels + group * inputs
                    }
                    let cotangent = { (line: Int, output: Int) in
                        g + (line * columns.outputs + output) * filters + group * outputs
                    }
                    if run.outputs.count >= 4 || run.outputs.count >= seen.count {
                        for line in seen {
                            let first = run.outputs.lowerBound
                            Product.run(
                                m: run.taps.count * inputs, n: outputs, k: run.outputs.count,
                                from(line, first),
                                row: 1, column: columns.stride * channels,
                                .plain(cotangent(line, first), row: filters), start: .result, into: into,
                                row: filters)
                        }
                    } else {
                        for output in run.outputs {
                            let first = seen.lowerBound
                            Product.run(
                                m: run.taps.count * inputs, n: outputs, k: seen.count, from(first, output),
                                row: 1,
                                column: rows.stride * columns.size * channels,
                                .plain(cotangent(first, output), row: columns.outputs * filters),
                                start: .result,
                                into: into, row: filters)
                        }
                    }
                }
            }
        }
    }
}

extension Product.Start {
    /// The same for the columns from `offset` on.
    @inline(__always)
    func shifted(_ offset: Int) -> Product.Start {
        if case .bias(let bias) = self { return .bias(bias.map { $0 + offset }) }
        return self
    }
}

extension Tensor {
    /// The same elements under another shape, without history.
    func with(shape: [Int]) -> Tensor { Tensor(shape: shape, storage: storage) }
}
