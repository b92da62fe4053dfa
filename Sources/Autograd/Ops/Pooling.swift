import CKernels

/// Applies max pooling along the time axis of [batch, time, channels].
///
/// - Parameters:
///   - x: The input, [batch, time, channels].
///   - kernel: The size of a window.
///   - stride: The distance between window starts. The default is the kernel size.
///   - padding: Counts as minus infinity.
///   - lengths: The number of valid steps of each sequence. Later steps are ignored and `padding` surrounds the
///     valid part, so each sequence gives the same outputs as without the batch. Outputs beyond the valid part come
///     from what remains in their window, or are 0.
/// - Returns: [batch, floor((time + padding - kernel) / stride) + 1, channels].
public func maxPool1d(
    _ x: Tensor, kernel: Int, stride: Int? = nil, padding: Padding = .valid, lengths: [Int]? = nil
) -> Tensor {
    maxPool("max_pool1d", x, [kernel], [stride ?? kernel], padding, lengths)
}

/// Applies max pooling to images [batch, height, width, channels].
///
/// - Parameters:
///   - x: The input, [batch, height, width, channels].
///   - kernel: The size of a window, along height and width.
///   - stride: The distance between window starts. The default is the kernel size.
///   - padding: Counts as minus infinity.
///   - lengths: The valid height of each image; see `maxPool1d`.
public func maxPool2d(
    _ x: Tensor, kernel: (Int, Int), stride: (Int, Int)? = nil, padding: Padding = .valid,
    lengths: [Int]? = nil
) -> Tensor {
    let stride = stride ?? kernel
    return maxPool("max_pool2d", x, [kernel.0, kernel.1], [stride.0, stride.1], padding, lengths)
}

/// Applies average pooling along the time axis of [batch, time, channels].
///
/// - Parameters:
///   - x: The input, [batch, time, channels].
///   - kernel: The size of a window.
///   - stride: The distance between window starts. The default is the kernel size.
///   - padding: The padding along time.
///   - countsPadding: Whether a sum is divided by the size of the whole window (PyTorch's default) or by the number
///     of elements inside the input (Keras).
///   - lengths: The number of valid steps of each sequence; see `maxPool1d`.
public func avgPool1d(
    _ x: Tensor, kernel: Int, stride: Int? = nil, padding: Padding = .valid, countsPadding: Bool = true,
    lengths: [Int]? = nil
) -> Tensor {
    averagePool("avg_pool1d", x, [kernel], [stride ?? kernel], padding, countsPadding, lengths)
}

/// Applies average pooling to images [batch, height, width, channels].
///
/// - Parameters:
///   - x: The input, [batch, height, width, channels].
///   - kernel: The size of a window, along height and width.
///   - stride: The distance between window starts. The default is the kernel size.
///   - padding: The padding along height and width.
///   - countsPadding: See `avgPool1d`.
///   - lengths: The valid height of each image; see `maxPool1d`.
public func avgPool2d(
    _ x: Tensor, kernel: (Int, Int), stride: (Int, Int)? = nil, padding: Padding = .valid,
    countsPadding: Bool = true, lengths: [Int]? = nil
) -> Tensor {
    let stride = stride ?? kernel
    return averagePool(
        "avg_pool2d", x, [kernel.0, kernel.1], [stride.0, stride.1], padding, countsPadding, lengths)
}

private func maxPool(
    _ operation: StaticString, _ x: Tensor, _ kernel: [Int], _ stride: [Int], _ padding: Padding,
    _ lengths: [Int]?
) -> Tensor {
    let window = SlidingWindow(operation, x.shape, kernel, stride, padding, countsPadding: false, lengths)
    let shape = x.shape
    guard x.isTracked && isRecording else {
        return Tensor(shape: window.outputShape) { y in
            x.withElements { x in
                window.forEachOutputRows {
                    ck_max_pool(x, y, nil, $0, $1, $2, $3)
                }
            }
        }
    }
    // The positions of the maxima, two bytes each, in the memory of a tensor.
    let bytes = window.outputShape.elementCount * MemoryLayout<UInt16>.stride
    var places = Tensor(shape: [(bytes + MemoryLayout<Real>.stride - 1) / MemoryLayout<Real>.stride]) { _ in }
    let y = Tensor(shape: window.outputShape) { y in
        places.modify { places in
            let places = UnsafeMutableRawPointer(places).assumingMemoryBound(to: UInt16.self)
            x.withElements { x in
                window.forEachOutputRows {
                    ck_max_pool(x, y, places, $0, $1, $2, $3)
                }
            }
        }
    }
    return record(operation, inputs: [x], output: y) { [places] g, _ in
        [
            Tensor(shape: shape) { dx in
                Autograd.withElements(g, places) { g, places in
                    let places = UnsafeRawPointer(places).assumingMemoryBound(to: UInt16.self)
                    window.forEachInputRows {
                        ck_max_pool_gradient(g, places, dx, $0, $1, $2, $3)
                    }
                }
            }
        ]
    }
}

private func averagePool(
    _ operation: StaticString, _ x: Tensor, _ kernel: [Int], _ stride: [Int], _ padding: Padding,
    _ countsPadding: Bool, _ lengths: [Int]?
) -> Tensor {
    let window = SlidingWindow(
        operation, x.shape, kernel, stride, padding, countsPadding: countsPadding, lengths)
    let shape = x.shape
    let y = Tensor(shape: window.outputShape) { y in
        x.withElements { x in
            window.forEachOutputRows {
                ck_average_pool(x, y, $0, $1, $2, $3)
            }
        }
    }
    return record(operation, inputs: [x], output: y) { g, _ in
        [
            Tensor(shape: shape) { dx in
                g.withElements { g in
                    window.forEachInputRows {
                        ck_average_pool_gradient(g, dx, $0, $1, $2, $3)
                    }
                }
            }
        ]
    }
}

/// A pooling window for images, or for sequences as images of width 1.
private struct SlidingWindow: Sendable {
    let numbers: ck_window
    let outputShape: [Int]
    private let batch: Int
    /// The height and the leading padding of each image.
    private let own: [Int]?

    init(
        _ operation: StaticString, _ shape: [Int], _ kernel: [Int], _ stride: [Int], _ padding: Padding,
        countsPadding: Bool, _ lengths: [Int]?
    ) {
        let axes = kernel.count
        require(
            shape.count == axes + 2,
            "\(operation): an input of shape \(shape); expected [batch, \(axes == 1 ? "time" : "height, width"), channels]"
        )
        require(
            (kernel + stride).allSatisfy { $0 >= 1 } && kernel.allSatisfy { $0 <= 65536 }
                && kernel.reduce(1, *) <= 65536,
            "\(operation): kernel \(kernel) and stride \(stride); expected at least 1, and at most 65536 elements "
                + "per window")
        var pads: [(before: Int, after: Int)] = [], outputs: [Int] = []
        for (axis, size) in shape[1...axes].enumerated() {
            let amount = padding.amounts(
                axis: axis, size: size, kernel: kernel[axis], stride: stride[axis], operation)
            pads.append(amount)
            outputs.append(
                windowCount(size: size, kernel: kernel[axis], stride: stride[axis], padding: amount))
        }
        outputShape = [shape[0]] + outputs + [shape[axes + 1]]
        batch = shape[0]
        if let lengths {
            require(
                lengths.count == shape[0] && lengths.allSatisfy { $0 >= 0 && $0 <= shape[1] },
                "\(operation): lengths \(lengths) for an input of shape \(shape)")
        }
        own = lengths?.flatMap { length in
            [
                length,
                padding.amounts(axis: 0, size: length, kernel: kernel[0], stride: stride[0], operation)
                    .before,
            ]
        }
        let isPicture = axes == 2
        numbers = ck_window(
            height: shape[1], width: isPicture ? shape[2] : 1, channels: shape[axes + 1],
            out_height: outputs[0], out_width: isPicture ? outputs[1] : 1, kernel_height: kernel[0],
            kernel_width: isPicture ? kernel[1] : 1, stride_height: stride[0],
            stride_width: isPicture ? stride[1] : 1, top: pads[0].before,
            left: isPicture ? pads[1].before : 0, counts_padding: countsPadding ? 1 : 0)
    }

    /// The arguments of the kernels: the window, `own`, the first row and the row after the last.
    typealias Body = (UnsafePointer<ck_window>, UnsafePointer<Int>?, Int, Int) -> Void

    func forEachOutputRows(_ body: Body) {
        forEach(batch * numbers.out_height, numbers.out_width * numbers.channels, body)
    }

    func forEachInputRows(_ body: Body) {
        forEach(batch * numbers.height, numbers.width * numbers.channels, body)
    }

    private func forEach(_ rows: Int, _ width: Int, _ body: Body) {
        guard width > 0 else { return }
        Parallel.elements(rows, grain: Swift.max(1, 16384 / width)) { rows in
            withUnsafePointer(to: numbers) { numbers in
                guard let own else { return body(numbers, nil, rows.lowerBound, rows.upperBound) }
                own.withUnsafeBufferPointer {
                    body(numbers, $0.baseAddress, rows.lowerBound, rows.upperBound)
                }
            }
        }
    }
}
