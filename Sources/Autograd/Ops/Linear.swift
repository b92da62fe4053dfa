import CKernels

/// An activation that is fused into an operation, so that the result is not read again.
public enum FusedActivation: Sendable { case none, relu }

/// Applies a fully connected layer to the last axis: y = x weight + bias.
///
/// - Parameters:
///   - x: The input, [..., in].
///   - weight: [in, out].
///   - bias: [out].
///   - activation: The activation that is fused into the operation.
///   - norm: A batch norm with fixed statistics, applied last. For inference only: the result has no gradient.
/// - Returns: [..., out].
public func linear(
    _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, activation: FusedActivation = .none,
    norm: FixedNorm? = nil
) -> Tensor {
    require(
        weight.rank == 2 && x.rank >= 1 && x.shape.last == weight.shape[0],
        "linear: input \(x.shape) and weight \(weight.shape) [in, out] do not match")
    let (inputs, outputs) = (weight.shape[0], weight.shape[1])
    if let bias {
        require(bias.shape == [outputs], "linear: bias \(bias.shape) for weight \(weight.shape) [in, out]")
    }
    let inputTensors = bias.map { [x, weight, $0] } ?? [x, weight]
    norm?.check("linear", channels: outputs, inputTensors)
    let rows = x.shape.dropLast().reduce(1, *)
    let y = multiplyRows(
        x, rows: rows, weight, bias: bias, activation: activation, norm: norm,
        shape: x.shape.dropLast() + [outputs], isKept: !isRecording)
    let (savedX, savedWeight) = (x.detached, weight.detached)
    let savedY = activation == .relu ? y : nil
    return record("linear", inputs: inputTensors, output: y) { cotangent, wanted in
        let g = savedY.map { reluGradient($0, cotangent) } ?? cotangent
        let dx =
            wanted[0]
            ? multiplyRows(g, rows: rows, savedWeight, transposed: true, shape: savedX.shape) : nil
        let dWeight = wanted[1] ? outerSum(savedX, g, rows: rows, inputs: inputs, outputs: outputs) : nil
        return inputTensors.count == 3
            ? [dx, dWeight, wanted[2] ? g.sum(to: [outputs]) : nil] : [dx, dWeight]
    }
}

/// Returns the cotangent before a ReLU with output y.
func reluGradient(_ y: Tensor, _ cotangent: Tensor) -> Tensor {
    withElements(y, cotangent) { y, g in
        Tensor(shape: cotangent.shape) { dx in
            Parallel.elements(cotangent.count) { range in
                let at = range.lowerBound
                ck_relu_gradient(y + at, g + at, dx + at, range.count)
            }
        }
    }
}

/// Returns the product of the rows of x and a matrix [k, n], or the transpose of a matrix [n, k].
///
/// - Parameter isKept: Whether the packed matrix may be cached.
func multiplyRows(
    _ x: Tensor, rows: Int, _ matrix: Tensor, transposed: Bool = false, bias: Tensor? = nil,
    activation: FusedActivation = .none, norm: FixedNorm? = nil, shape: [Int], isKept: Bool = false
) -> Tensor {
    let k = matrix.shape[transposed ? 1 : 0]
    let n = matrix.shape[transposed ? 0 : 1]
    // Packing reads the matrix once more. It pays off for more than a few rows, and a transpose requires it.
    let packed =
        transposed || isKept || rows >= 24 && !Product.copiesPanels(rows: rows, columns: n)
        ? PackedMatrix(
            .init(rows: k, columns: n, row: transposed ? 1 : n, column: transposed ? k : 1), of: matrix,
            isKept: isKept) : nil
    return withElements(x, matrix) { x, matrix in
        withElements(bias) { bias in
            Tensor(shape: shape) { y in
                let multiply = { (factor: Product.Factor) in
                    Product.runInChunks(
                        m: rows, n: n, k: k, x, row: k, factor, start: .bias(bias), into: y, row: n,
                        relu: activation == .relu, norm: norm)
                }
                if let packed { packed.withFactor(multiply) } else { multiply(.plain(matrix, row: n)) }
            }
        }
    }
}

/// Returns the sum over rows of the outer products of the rows of x and g: [inputs, outputs].
func outerSum(_ x: Tensor, _ g: Tensor, rows: Int, inputs: Int, outputs: Int) -> Tensor {
    withElements(x, g) { x, g in
        // Few rows or a large result: each chunk computes a part of the result.
        if rows <= 1024 || inputs * outputs > 1 << 16 {
            return Tensor(shape: [inputs, outputs]) { result in
                Product.runInChunks(
                    m: inputs, n: outputs, k: rows, x, row: 1, column: inputs, .plain(g, row: outputs),
                    into: result,
                    row: outputs)
            }
        }
        return sumOfChunks(rows, perRow: inputs * outputs, shape: [inputs, outputs]) { range, part in
            Product.run(
                m: inputs, n: outputs, k: range.count, x + range.lowerBound * inputs, row: 1, column: inputs,
                .plain(g + range.lowerBound * outputs, row: outputs), into: part, row: outputs)
        }
    }
}

/// Splits `rows` into at most 16 chunks, computes one partial result per chunk with `body`, and adds the partial
/// results in order.
func sumOfChunks(
    _ rows: Int, perRow multiplications: Int, shape: [Int],
    _ body: (Range<Int>, UnsafeMutablePointer<Real>) -> Void
) -> Tensor {
    let size = shape.elementCount
    // A partial result must be worth its addition: 200 multiplications per element, and at least a million in
    // total.
    let least = Swift.max(1_000_000, 200 * size) / Swift.max(multiplications, 1)
    let chunk = Swift.max(1, least, (rows + 15) / 16)
    let chunks = Swift.max(1, (rows + chunk - 1) / chunk)
    return Tensor(shape: shape) { result in
        guard chunks > 1 else { return body(0..<rows, result) }
        let parts = Tensor(shape: [chunks - 1, size]) { parts in
            Parallel.chunks(chunks) { index in
                body(
                    index * chunk..<Swift.min(rows, (index + 1) * chunk),
                    index == 0 ? result : parts + (index - 1) * size)
            }
        }
        parts.withElements { parts in
            Parallel.elements(size, grain: 8192) { range in
                for index in 0..<chunks - 1 {
                    ck_add_to(parts + index * size + range.lowerBound, result + range.lowerBound, range.count)
                }
            }
        }
    }
}
