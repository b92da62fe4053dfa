import Autograd

/// The kernel values between the rows of a training set. They are computed once for all subproblems if they fit in the
/// cache.
final class KernelMatrix: Sendable {
    let x: Matrix
    let function: KernelFunction
    let norms: [Double]
    /// The kernel of each row with itself.
    let diagonal: [Double]
    private let stored: [Float]

    init(_ x: Matrix, _ function: KernelFunction, cacheSize megabytes: Double) throws(FittingError) {
        self.x = x
        self.function = function
        norms = KernelMatrix.squaredLengths(x)
        try function.check(norms: norms)
        var diagonal = norms
        for index in diagonal.indices {
            withUnsafeMutablePointer(to: &diagonal[index]) { value in
                var norm = value.pointee
                function.apply(value, norm: norm, norms: &norm, 1)
            }
        }
        self.diagonal = diagonal
        let isStored = Double(x.rows) * Double(x.rows) * 4 <= megabytes * 0x1p20
        stored = isStored ? KernelMatrix.values(x, function, norms) : []
    }

    /// Returns the squared length of each row, summed like the products of the kernel.
    static func squaredLengths(_ x: Matrix) -> [Double] {
        (0..<x.rows).map { row in x[row: row].reduce(0) { $0.addingProduct($1, $1) } }
    }

    /// The values of the upper triangle, in blocks of rows, and their mirror image.
    private static func values(_ x: Matrix, _ function: KernelFunction, _ norms: [Double]) -> [Float] {
        let (n, block) = (x.rows, 64)
        let blocks = (n + block - 1) / block
        let factors = (0..<blocks).map { index in
            RightFactor(transposed: x.rows(Array(index * block..<min(n, (index + 1) * block))))
        }
        return [Float](unsafeUninitializedCapacity: n * n) { out, count in
            count = n * n
            let out = out
            x.values.withUnsafeBufferPointer { values in
                norms.withUnsafeBufferPointer { norms in
                    guard let values = values.baseAddress, let norms = norms.baseAddress,
                        let out = out.baseAddress
                    else { return }
                    Parallel.chunks(blocks) { band in
                        let first = band * block
                        let height = min(block, n - first)
                        withUnsafeTemporaryAllocation(of: Double.self, capacity: block * block) { scratch in
                            guard let scratch = scratch.baseAddress else { return }
                            for index in band..<blocks {
                                let left = index * block
                                factors[index].withFactor { factor in
                                    factor.multiply(
                                        values + first * x.columns, rows: height, rowStep: x.columns,
                                        into: scratch)
                                    for row in 0..<height {
                                        let line = scratch + row * factor.columns
                                        function.apply(
                                            line, norm: norms[first + row], norms: norms + left,
                                            factor.columns)
                                        let target = out + (first + row) * n + left
                                        for column in 0..<factor.columns {
                                            target[column] = Float(line[column])
                                        }
                                    }
                                    guard index > band else { return }
                                    for column in 0..<factor.columns {
                                        let target = out + (left + column) * n + first
                                        for row in 0..<height {
                                            target[row] = Float(scratch[row * factor.columns + column])
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Returns the rows and columns of a subproblem.
    func subset(_ indices: [Int]) -> KernelSubset {
        KernelSubset(self, indices, factor: stored.isEmpty ? RightFactor(transposed: x.rows(indices)) : nil)
    }

    /// Copies values of a stored row.
    @inline(__always)
    fileprivate func copy(_ row: Int, _ runs: [Range<Int>], _ out: UnsafeMutablePointer<Float>) {
        stored.withUnsafeBufferPointer { values in
            guard let line = values.baseAddress.map({ $0 + row * x.rows }) else { return }
            var position = 0
            for run in runs {
                (out + position).update(from: line + run.lowerBound, count: run.count)
                position += run.count
            }
        }
    }
}

/// The kernel values between some rows of a training set.
struct KernelSubset: Sendable {
    private let matrix: KernelMatrix
    private let indices: [Int]
    /// The indices as ranges.
    private let runs: [Range<Int>]
    private let norms: [Double]
    /// The rows of the subset, if the kernel values are not stored.
    private let factor: RightFactor?

    fileprivate init(_ matrix: KernelMatrix, _ indices: [Int], factor: RightFactor?) {
        (self.matrix, self.indices, self.factor) = (matrix, indices, factor)
        norms = indices.map { matrix.norms[$0] }
        var runs: [Range<Int>] = []
        for index in indices {
            if let last = runs.last, last.upperBound == index {
                runs[runs.count - 1] = last.lowerBound..<index + 1
            } else {
                runs.append(index..<index + 1)
            }
        }
        self.runs = runs
    }

    /// The number of rows.
    var count: Int { indices.count }

    /// The kernel of each row with itself.
    var diagonal: [Double] { indices.map { matrix.diagonal[$0] } }

    /// Computes the kernel values of a row with all rows.
    func fill(_ row: Int, _ out: UnsafeMutablePointer<Float>) {
        guard let factor else { return matrix.copy(indices[row], runs, out) }
        let features = matrix.x.columns
        withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { products in
            matrix.x.values.withUnsafeBufferPointer { values in
                norms.withUnsafeBufferPointer { norms in
                    guard let products = products.baseAddress, let values = values.baseAddress,
                        let others = norms.baseAddress
                    else { return }
                    factor.withFactor {
                        $0.multiply(
                            values + indices[row] * features, rows: 1, rowStep: features, into: products)
                    }
                    matrix.function.apply(products, norm: norms[row], norms: others, count)
                    for index in 0..<count { out[index] = Float(products[index]) }
                }
            }
        }
    }
}
