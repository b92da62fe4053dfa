import CKernels

// The gradients of a convolution are products of the same windows; see Convolution.

extension Convolution {
    func inputGradient(_ g: Tensor, _ weight: Tensor) -> Tensor {
        if isDepthwise { return depthwiseInputGradient(g, weight) }
        if isPointwise {
            return multiplyRows(
                g, rows: positions, weight.with(shape: [channels, filters]), transposed: true, shape: xShape)
        }
        if isJoined, let back = reversed {
            return back.forward(g, Taps(weight, isReversed: true), bias: nil, Finish())
        }
        return scatteredInputGradient(g, weight)
    }

    /// The convolution that computes the gradient of the input: over the outputs, with the taps reversed and
    /// channels and filters swapped. Only for stride 1.
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

    /// Scatters the cotangents of each tap to the input positions that it read.
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
                // Lines of one image overlap in the positions they write, so an image is one chunk. Sequences do
                // not overlap.
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

    /// Splits a range of lines, counted across all images, into the lines of each image.
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
                    let from =
                        (rows.position(seen.lowerBound, tap) * columns.size
                            + columns.position(run.outputs.lowerBound, run.taps.lowerBound)) * channels
                        + group * inputs
                    let cotangent =
                        (seen.lowerBound * columns.outputs + run.outputs.lowerBound) * filters + group
                        * outputs
                    let into =
                        (tap * columns.kernel + run.taps.lowerBound) * inputs * filters + group * outputs
                    ck_product_sum(
                        seen.count, run.taps.count * inputs, outputs, run.outputs.count, x + from,
                        rows.stride * columns.size * channels, 1, columns.stride * channels, g + cotangent,
                        columns.outputs * filters, filters, part + into, filters)
                }
            }
        }
    }
}
