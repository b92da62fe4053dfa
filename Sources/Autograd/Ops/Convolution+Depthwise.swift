import CKernels

// Depthwise convolutions have one filter per channel: loops over the channels instead of matrix products.

extension Convolution {
    func depthwiseForward(_ x: Tensor, _ weight: Tensor, bias: Tensor?, _ finish: Finish) -> Tensor {
        let (rowWindow, columnWindow) = (rows.kernelWindow, columns.kernelWindow)
        let (imageIn, imageOut) = (
            rows.size * columns.size * channels, rows.outputs * columns.outputs * channels
        )
        let stream: Int32 = isBeyondCaches(shape.elementCount) && finish.norm == nil ? 1 : 0
        return withElements(x, weight) { x, weight in
            withElements(bias) { bias in
                Tensor(shape: shape) { y in
                    forEachBlock(lines: linesPerChunk, outputs: columns.outputs) { image, lines, _ in
                        withWindows(rowWindow, columnWindow) { rows, columns in
                            ck_depthwise(
                                x + image * imageIn, weight, bias, y + image * imageOut, rows, columns,
                                channels,
                                lines.lowerBound, lines.upperBound, finish.relu ? 1 : 0, stream)
                        }
                        let width = columns.outputs * channels
                        finish.norm?.apply(
                            to: y + image * imageOut + lines.lowerBound * width,
                            rows: lines.count * columns.outputs)
                    }
                }
            }
        }
    }

    func depthwiseInputGradient(_ g: Tensor, _ weight: Tensor) -> Tensor {
        if let back = reversed {
            let taps = rows.kernel * columns.kernel
            let reversedWeight = weight.withElements { weight in
                Tensor(shape: weightShape) { result in
                    for tap in 0..<taps {
                        (result + tap * channels).update(
                            from: weight + (taps - 1 - tap) * channels, count: channels)
                    }
                }
            }
            return back.depthwiseForward(g, reversedWeight, bias: nil, Finish())
        }
        let (rowWindow, columnWindow) = (rows.kernelWindow, columns.kernelWindow)
        let (imageIn, imageOut) = (
            rows.size * columns.size * channels, rows.outputs * columns.outputs * channels
        )
        return withElements(g, weight) { g, weight in
            Tensor(shape: xShape) { dx in
                Parallel.chunks(images) { image in
                    (dx + image * imageIn).update(repeating: 0, count: imageIn)
                    withWindows(rowWindow, columnWindow) { rows, columns in
                        ck_depthwise_input_gradient(
                            g + image * imageOut, weight, dx + image * imageIn, rows, columns, channels)
                    }
                }
            }
        }
    }

    func depthwiseWeightGradient(_ x: Tensor, _ g: Tensor) -> Tensor {
        let (rowWindow, columnWindow) = (rows.kernelWindow, columns.kernelWindow)
        let (imageIn, imageOut) = (
            rows.size * columns.size * channels, rows.outputs * columns.outputs * channels
        )
        return withElements(x, g) { x, g in
            sumOfChunks(
                images * rows.outputs, perRow: columns.outputs * weightShape.elementCount, shape: weightShape
            ) { range, part in
                part.update(repeating: 0, count: weightShape.elementCount)
                forEachImage(in: range) { image, lines in
                    withWindows(rowWindow, columnWindow) { rows, columns in
                        ck_depthwise_weight_gradient(
                            x + image * imageIn, g + image * imageOut, part, rows, columns, channels,
                            lines.lowerBound, lines.upperBound)
                    }
                }
            }
        }
    }

    /// An even number of lines, because the kernel processes two at a time.
    private var linesPerChunk: Int {
        Swift.max(1, 500_000 / Swift.max(1, columns.outputs * weightShape.elementCount)) * 2
    }
}

extension Window {
    fileprivate var kernelWindow: ck_axis_window {
        ck_axis_window(
            size: size, kernel: kernel, stride: stride, dilation: dilation, before: before, outputs: outputs)
    }
}

@inline(__always)
private func withWindows(
    _ rows: ck_axis_window, _ columns: ck_axis_window,
    _ body: (UnsafePointer<ck_axis_window>, UnsafePointer<ck_axis_window>) -> Void
) {
    withUnsafePointer(to: rows) { rows in withUnsafePointer(to: columns) { body(rows, $0) } }
}
