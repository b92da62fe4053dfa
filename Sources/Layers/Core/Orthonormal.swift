import Autograd

/// Returns a matrix with orthonormal rows or columns, whichever are fewer, drawn uniformly from all such matrices. All
/// axes but the last are flattened into one.
///
/// It orthogonalizes normal random vectors by the Gram-Schmidt process in blocks: against earlier blocks by matrix
/// products, within a block vector by vector. Each is done twice for accuracy.
func orthonormal(_ shape: [Int], _ generator: RandomGenerator) -> Tensor {
    let columns = shape.last ?? 1
    let rows = shape.dropLast().reduce(1, *)
    let (count, length) = (min(rows, columns), max(rows, columns))
    guard count > 0 else { return .zeros(shape) }
    let numbers = Tensor.normal([count, length], using: generator)
    let blockSize = 32
    var blocks: [Tensor] = []
    for start in stride(from: 0, to: count, by: blockSize) {
        var block = numbers.slice(axis: 0, start..<min(start + blockSize, count))
        if !blocks.isEmpty {
            let done = concatenate(blocks, axis: 0)
            for _ in 0..<2 { block = block - matmul(matmul(block, done.transposed()), done) }
        }
        blocks.append(rowsMadeOrthonormal(block))
    }
    let matrix = concatenate(blocks, axis: 0)
    return (rows < columns ? matrix : matrix.transposed()).reshaped(shape)
}

/// Orthonormalizes the rows of a matrix one after the other.
private func rowsMadeOrthonormal(_ matrix: Tensor) -> Tensor {
    let (count, length) = (matrix.shape[0], matrix.shape[1])
    var rows = matrix.array.map { Double($0) }
    rows.withUnsafeMutableBufferPointer { rows in
        for row in 0..<count {
            let start = row * length
            for _ in 0..<2 {
                for other in 0..<row {
                    var shared = 0.0
                    for i in 0..<length { shared += rows[start + i] * rows[other * length + i] }
                    for i in 0..<length { rows[start + i] -= shared * rows[other * length + i] }
                }
            }
            var square = 0.0
            for i in 0..<length { square += rows[start + i] * rows[start + i] }
            let norm = square.squareRoot()
            for i in 0..<length { rows[start + i] /= norm }
        }
    }
    return Tensor(rows.map { Real($0) }, shape: matrix.shape)
}
