import CKernels

/// Returns the matrix product of the last two axes. Leading axes broadcast by NumPy's rules. A vector is treated as
/// a row on the left and as a column on the right, and the added axis is removed from the result.
///
/// - Parameters:
///   - a: [..., m, k], or [..., k, m] if `transposeA` is true.
///   - b: [..., k, n], or [..., n, k] if `transposeB` is true.
///   - transposeA: Whether to transpose the matrices of `a`.
///   - transposeB: Whether to transpose the matrices of `b`.
/// - Returns: [..., m, n].
public func matmul(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
    require(
        a.rank > 0 && b.rank > 0, "matmul: shapes \(a.shape) and \(b.shape); scalars are not allowed")
    if a.rank == 1 || b.rank == 1 {
        require(
            !(a.rank == 1 && transposeA) && !(b.rank == 1 && transposeB), "matmul: a vector has no transpose")
        let left = a.rank == 1 ? a.reshaped([1, a.count]) : a
        let right = b.rank == 1 ? b.reshaped([b.count, 1]) : b
        let product = matmul(left, right, transposeA: transposeA, transposeB: transposeB)
        var shape = product.shape
        if b.rank == 1 { shape.removeLast() }
        if a.rank == 1 { shape.remove(at: shape.count - (b.rank == 1 ? 1 : 2)) }
        return product.reshaped(shape)
    }
    let plan = MatMulPlan(a.shape, b.shape, transposeA, transposeB)
    let (savedA, savedB) = (a.detached, b.detached)
    return record("matmul", inputs: [a, b], output: multiply(savedA, savedB, plan)) { g, wanted in
        // With C = A B: dA = G B^T and dB = A^T G, transposed again if the input was.
        let da = {
            transposeA
                ? matmul(savedB, g, transposeA: transposeB, transposeB: true)
                : matmul(g, savedB, transposeB: !transposeB)
        }
        let db = {
            transposeB
                ? matmul(g, savedA, transposeA: true, transposeB: transposeA)
                : matmul(savedA, g, transposeA: !transposeA)
        }
        return [
            wanted[0] ? da().sum(to: savedA.shape) : nil, wanted[1] ? db().sum(to: savedB.shape) : nil,
        ]
    }
}

/// The sizes of a batched matrix product and the offset of each matrix.
private struct MatMulPlan {
    let m: Int, n: Int, k: Int
    let transposeA: Bool, transposeB: Bool
    let shape: [Int]
    /// The offsets of the matrices of a and b for each matrix of the result.
    let offsets: [(a: Int, b: Int)]

    init(_ a: [Int], _ b: [Int], _ transposeA: Bool, _ transposeB: Bool) {
        let (aRows, aColumns) = (a[a.count - 2], a[a.count - 1])
        let (bRows, bColumns) = (b[b.count - 2], b[b.count - 1])
        m = transposeA ? aColumns : aRows
        k = transposeA ? aRows : aColumns
        n = transposeB ? bRows : bColumns
        let names = "\(transposeA ? " transposed" : "") and \(b)\(transposeB ? " transposed" : "")"
        require(k == (transposeB ? bColumns : bRows), "matmul: shapes \(a)\(names) do not match")
        guard let batch = a.dropLast(2).array.broadcast(with: b.dropLast(2).array) else {
            fail("matmul: the leading axes of \(a)\(names) cannot be broadcast together")
        }
        self.transposeA = transposeA
        self.transposeB = transposeB
        shape = batch + [m, n]
        let aOffsets = Self.offsets(a.dropLast(2).array, batch, matrix: aRows * aColumns)
        let bOffsets = Self.offsets(b.dropLast(2).array, batch, matrix: bRows * bColumns)
        offsets = Array(zip(aOffsets, bOffsets)).map { (a: $0, b: $1) }
    }

    /// Whether the kernel copies the right factor, which is then not packed.
    var copiesPanels: Bool {
        !transposeA && !transposeB && offsets.count == 1 && Product.copiesPanels(rows: m, columns: n)
    }

    private static func offsets(_ shape: [Int], _ batch: [Int], matrix: Int) -> [Int] {
        var offsets = [0]
        let strides = shape.strides
        for (axis, size) in batch.enumerated() {
            let own = axis - (batch.count - shape.count)
            let step = own < 0 || shape[own] == 1 ? 0 : strides[own] * matrix
            offsets = offsets.flatMap { base in (0..<size).map { base + $0 * step } }
        }
        return offsets
    }
}

private func multiply(_ a: Tensor, _ b: Tensor, _ plan: MatMulPlan) -> Tensor {
    let (m, n, k) = (plan.m, plan.n, plan.k)
    let matrices = plan.offsets.count
    let isShared = Set(plan.offsets.map(\.b)).count == 1
    return withElements(a, b) { a, b in
        Tensor(shape: plan.shape) { c in
            let packed =
                isShared && (plan.transposeB || m >= 24 && !plan.copiesPanels)
                ? pack(b + plan.offsets[0].b, plan) : nil
            let aColumn = plan.transposeA ? m : 1
            let run = { (matrix: Int) in
                let offset = plan.offsets[matrix]
                let multiply = { (factor: Product.Factor) in
                    Product.runInChunks(
                        m: m, n: n, k: k, a + offset.a, row: plan.transposeA ? 1 : k,
                        column: aColumn, factor, into: c + matrix * m * n, row: n)
                }
                if let packed {
                    packed.withFactor(multiply)
                } else if plan.transposeB {
                    pack(b + offset.b, plan).withFactor(multiply)
                } else {
                    multiply(.plain(b + offset.b, row: n))
                }
            }
            // The threads share many matrices; a few large ones are computed by all threads, one after the other.
            let together = Swift.max(1, 2_000_000 / Swift.max(m * n * k, 1))
            let groups = (matrices + together - 1) / together
            let grid = Product.grid(
                m: m, n: n, k: k, column: aColumn, isPacked: packed != nil || plan.transposeB)
            if groups < 8, grid.count > 1 {
                (0..<matrices).forEach(run)
            } else {
                Parallel.chunks(groups) { group in
                    (group * together..<Swift.min(matrices, (group + 1) * together)).forEach(run)
                }
            }
        }
    }
}

private func pack(_ b: UnsafePointer<Real>, _ plan: MatMulPlan) -> PackedMatrix {
    PackedMatrix(
        rows: plan.k, columns: plan.n, b, row: plan.transposeB ? 1 : plan.n,
        column: plan.transposeB ? plan.k : 1)
}

extension ArraySlice<Int> {
    fileprivate var array: [Int] { Array(self) }
}
