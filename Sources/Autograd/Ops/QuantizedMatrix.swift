import CKernels

/// The weight of a fully connected layer or of a 1D convolution in 8 bits, for inference.
///
/// Each output has a scale. Inputs are quantized to 7 bits when a product is computed, with a scale and a zero point for each block
/// of 128 channels of a step, so that a large channel affects the resolution of its block only. The sums of products are exact integers:
/// results are bit-identical on all instruction sets and any number of threads, alone and in a batch.
package final class QuantizedMatrix: Sendable {
    private let taps: Int, channels: Int, columns: Int
    private let panels: Buffer<Int8>
    private let scales: Buffer<Float>

    /// The number of bytes of the weight.
    package var byteCount: Int { panels.count + 4 * scales.count }

    /// Quantizes a weight, [in, out] or [kernel, channels, filters].
    package init(_ weight: Tensor) {
        require(
            weight.rank == 2 || weight.rank == 3,
            "QuantizedMatrix: weight \(weight.shape) must be [in, out] or [kernel, channels, filters]")
        taps = weight.rank == 3 ? weight.shape[0] : 1
        (channels, columns) = (weight.shape[weight.rank - 2], weight.shape[weight.rank - 1])
        let width = Int(CK_INT8_PANEL)
        let panel = taps * width * (Self.rowBytes(channels) + 4 * Self.blocks(channels))
        let count = (columns + width - 1) / width
        panels = Buffer(count * panel)
        scales = Buffer(count * width)
        weight.withElements { [taps, channels, columns, panels, scales] weight in
            Parallel.chunks(count) { index in
                ck_int8_pack(
                    weight, taps, channels, columns, index * width, panels.start + index * panel,
                    scales.start + index * width)
            }
        }
        weight.storage.discardPages()
    }

    /// Multiplies the last axis: x weight + bias.
    ///
    /// - Parameters:
    ///   - x: [..., in].
    ///   - bias: [out].
    ///   - gelu: Whether the activation GELU follows.
    package func linear(_ x: Tensor, bias: Tensor?, gelu: Bool = false) -> Tensor {
        require(
            taps == 1 && x.shape.last == channels,
            "QuantizedMatrix: input \(x.shape) and weight [\(channels), \(columns)] [in, out] do not match")
        let lead = x.shape.dropLast()
        let rows = lead.reduce(1, *)
        return products(
            x, sequences: 1, steps: rows, outputs: rows, stride: 1, bias: bias, gelu, lead + [columns])
    }

    /// Applies a 1D convolution without padding, [batch, time, channels] to [batch, time', filters]; see `linear`.
    package func conv1d(_ x: Tensor, bias: Tensor?, stride: Int, gelu: Bool = false) -> Tensor {
        require(
            x.rank == 3 && x.shape[2] == channels && x.shape[1] >= taps,
            "QuantizedMatrix: input \(x.shape) and weight [\(taps), \(channels), \(columns)] do not match")
        let outputs = (x.shape[1] - taps) / stride + 1
        return products(
            x, sequences: x.shape[0], steps: x.shape[1], outputs: outputs, stride: stride, bias: bias, gelu,
            [x.shape[0], outputs, columns])
    }

    private func products(
        _ x: Tensor, sequences: Int, steps: Int, outputs: Int, stride: Int, bias: Tensor?, _ gelu: Bool,
        _ shape: [Int]
    ) -> Tensor {
        require(!(isRecording && x.isTracked), "QuantizedMatrix: 8-bit weights have no gradient")
        if let bias {
            require(bias.shape == [columns], "QuantizedMatrix: bias \(bias.shape) for \(columns) outputs")
        }
        let (rowBytes, blocks) = (Self.rowBytes(channels), Self.blocks(channels))
        let values = Buffer<UInt8>(sequences * steps * rowBytes)
        let inputs = Buffer<ck_int8_scale>(sequences * steps * blocks)
        x.withElements { x in
            Parallel.elements(sequences * steps, grain: max(1, (1 << 15) / max(channels, 1))) { rows in
                let first = rows.lowerBound
                ck_int8_quantize(
                    x + first * channels, rows.count, channels, values.start + first * rowBytes,
                    inputs.start + first * blocks)
            }
        }
        // Parts of a sequence's outputs and of the columns that fit into the caches.
        let width = Int(CK_INT8_PANEL)
        let panel = taps * width * (rowBytes + 4 * blocks)
        let across = (columns + Self.columnsPerChunk - 1) / Self.columnsPerChunk
        let down = (outputs + Self.rowsPerChunk - 1) / Self.rowsPerChunk
        let height = down == 0 ? 0 : ((outputs + down - 1) / down + 7) / 8 * 8
        return withElements(bias) { bias in
            Tensor(shape: shape) { y in
                Parallel.chunks(sequences * down * across) { chunk in
                    let (sequence, part) = (chunk / (down * across), chunk / across % down)
                    let (row, column) = (part * height, chunk % across * Self.columnsPerChunk)
                    let rows = min(height, outputs - row)
                    guard rows > 0 else { return }
                    let (from, to) = (sequence * steps + row * stride, sequence * outputs + row)
                    let here = min(Self.columnsPerChunk, columns - column)
                    let result = y + to * columns + column
                    ck_int8_product(
                        rows, taps, channels, values.start + from * rowBytes, stride * rowBytes,
                        inputs.start + from * blocks, stride * blocks, panels.start + column / width * panel,
                        scales.start + column, bias.map { $0 + column }, here, result, columns)
                    guard gelu else { return }
                    for row in 0..<rows { ck_gelu(result + row * columns, result + row * columns, here) }
                }
            }
        }
    }

    private static let rowsPerChunk = 96
    /// A multiple of the columns of a panel.
    private static let columnsPerChunk = 4 * Int(CK_INT8_PANEL)

    /// The bytes of a quantized row.
    private static func rowBytes(_ channels: Int) -> Int { (channels + 7) / 8 * 8 }

    /// The number of scales of a quantized row.
    private static func blocks(_ channels: Int) -> Int {
        (channels + Int(CK_INT8_BLOCK) - 1) / Int(CK_INT8_BLOCK)
    }
}

/// Numbers in a block of the pool, written before they are shared.
private final class Buffer<Number: BitwiseCopyable>: @unchecked Sendable {
    let start: UnsafeMutablePointer<Number>
    let count: Int
    private let block: UnsafeMutableRawBufferPointer

    init(_ count: Int) {
        self.count = count
        (start, block) = MemoryPool.take(Number.self, count: count)
    }

    deinit { MemoryPool.give(block) }
}
