import CKernels

// Convolutions of sequences with several groups, each with many channels or taps, such as the positional convolution of
// speech encoders. The channels of a group are copied side by side, so that all taps of a window form one product.

extension Convolution {
    /// Whether the copies of the groups are worth their time.
    var isRegrouped: Bool {
        groups > 1 && rows.kernel == 1 && rows.stride == 1 && rows.before == 0 && rows.after == 0
            && columns.dilation == 1 && columns.kernel > 1
            && columns.kernel * (channels / groups) >= 64 && filters / groups >= 8
    }

    /// Computes the outputs of each line and group with one product on a zero-padded copy.
    func groupedForward(_ x: Tensor, _ taps: Taps, bias: Tensor?, _ finish: Finish) -> Tensor {
        let (inputs, outputs) = (channels / groups, filters / groups)
        let rowsOfFactor = columns.kernel * inputs
        let factors = (0..<groups).map { group in
            PackedMatrix(
                .init(
                    rows: rowsOfFactor, columns: outputs, offset: group * outputs, row: filters, column: 1),
                of: taps.weight, isKept: taps.isKept)
        }
        let length = (columns.outputs - 1) * columns.stride + columns.kernel
        let before = Swift.min(columns.before, length)
        let inside = Swift.min(columns.size, length - before)
        let lines = images * rows.outputs
        return withElements(x, taps.weight) { x, _ in
            withElements(bias) { bias in
                Tensor(shape: shape) { y in
                    guard columns.outputs > 0 else { return }
                    Parallel.chunks(lines * groups) { index in
                        let (line, group) = (index / groups, index % groups)
                        let from = x + line * columns.size * channels + group * inputs
                        let into = y + line * columns.outputs * filters + group * outputs
                        withUnsafeTemporaryAllocation(of: Real.self, capacity: length * inputs) { buffer in
                            guard let copy = buffer.baseAddress else { return }
                            copy.update(repeating: 0, count: before * inputs)
                            for step in 0..<inside {
                                (copy + (before + step) * inputs)
                                    .update(from: from + step * channels, count: inputs)
                            }
                            let end = before + inside
                            (copy + end * inputs).update(repeating: 0, count: (length - end) * inputs)
                            factors[group].withFactor { factor in
                                Product.run(
                                    m: columns.outputs, n: outputs, k: rowsOfFactor, copy,
                                    row: columns.stride * inputs, factor,
                                    start: .bias(bias.map { $0 + group * outputs }), into: into,
                                    row: filters, relu: finish.relu)
                            }
                        }
                    }
                    if let norm = finish.norm {
                        Parallel.chunks(lines) { line in
                            norm.apply(to: y + line * columns.outputs * filters, rows: columns.outputs)
                        }
                    }
                }
            }
        }
    }
}
