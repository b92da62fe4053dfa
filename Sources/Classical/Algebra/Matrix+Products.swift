import Autograd
import CKernels

extension Matrix {
    /// The transposed matrix.
    package var transposed: Matrix {
        var result = Matrix(rows: columns, columns: rows)
        result.values.withUnsafeMutableBufferPointer { out in
            values.withUnsafeBufferPointer { source in
                for row in 0..<rows {
                    for column in 0..<columns { out[column * rows + row] = source[row * columns + column] }
                }
            }
        }
        return result
    }

    /// Returns the product with another matrix.
    package func product(_ right: Matrix) -> Matrix {
        product(RightFactor(right), rows: rows, inner: columns, rowStep: columns, columnStep: 1)
    }

    /// Returns the product with a transposed matrix, plus a value for each column of the result.
    package func productTransposed(_ right: Matrix, plus bias: [Double]? = nil) -> Matrix {
        product(
            RightFactor(transposed: right), rows: rows, inner: columns, rowStep: columns, columnStep: 1,
            bias: bias)
    }

    /// Returns the product of the transposed matrix with another one.
    package func transposedProduct(_ right: Matrix) -> Matrix {
        product(RightFactor(right), rows: columns, inner: rows, rowStep: 1, columnStep: columns)
    }

    private func product(
        _ right: RightFactor, rows: Int, inner: Int, rowStep: Int, columnStep: Int, bias: [Double]? = nil
    ) -> Matrix {
        precondition(
            inner == right.rows, "product: expected \(inner) rows in the right factor, found \(right.rows)")
        let size = rows * right.columns
        let product = [Double](unsafeUninitializedCapacity: size) { out, count in
            count = size
            guard inner > 0, let out = out.baseAddress, size > 0 else {
                out.initialize(repeating: 0)
                if let bias { for index in out.indices { out[index] = bias[index % right.columns] } }
                return
            }
            values.withUnsafeBufferPointer { left in
                right.withFactor { factor in
                    guard let left = left.baseAddress else { return }
                    let chunk = RightFactor.rowsPerChunk(inner * right.columns)
                    Parallel.elements(rows, grain: chunk) { range in
                        factor.multiply(
                            left + range.lowerBound * rowStep, rows: range.count, rowStep: rowStep,
                            columnStep: columnStep, bias: bias, into: out + range.lowerBound * right.columns)
                    }
                }
            }
        }
        return Matrix(rows: rows, columns: right.columns, values: product)
    }
}

/// The right factor of matrix products, packed into the order in which the kernel reads it.
struct RightFactor: Sendable {
    /// The number of rows.
    let rows: Int
    /// The number of columns.
    let columns: Int
    private let packed: [Double]

    /// Packs a matrix.
    init(_ matrix: Matrix) {
        self.init(rows: matrix.rows, columns: matrix.columns, matrix.values, row: matrix.columns, column: 1)
    }

    /// Packs a transposed matrix.
    init(transposed matrix: Matrix) {
        self.init(rows: matrix.columns, columns: matrix.rows, matrix.values, row: 1, column: matrix.columns)
    }

    private init(rows: Int, columns: Int, _ values: [Double], row: Int, column: Int) {
        (self.rows, self.columns) = (rows, columns)
        let panel = Int(CK_PANEL)
        let size = rows * ((columns + panel - 1) / panel * panel)
        packed = [Double](unsafeUninitializedCapacity: size) { buffer, count in
            values.withUnsafeBufferPointer { source in
                if let from = source.baseAddress, let to = buffer.baseAddress, size > 0 {
                    ck_pack(from, row, column, rows, columns, max(rows, 1), 0, to)
                }
            }
            count = size
        }
    }

    /// The number of rows of the left factor per parallel chunk, from the multiplications per row.
    static func rowsPerChunk(_ multiplications: Int) -> Int {
        // Each chunk reads the whole factor again, so those of a large one have more rows.
        max(multiplications > 100_000 ? 48 : 16, (1_000_000 / max(multiplications, 1) + 7) / 8 * 8)
    }

    /// The packed elements, to be used within a closure.
    struct Packed {
        let rows: Int, columns: Int
        let elements: UnsafePointer<Double>

        /// Computes the product of `count` rows with this factor, plus a value for each column, on the calling thread.
        @inline(__always)
        func multiply(
            _ left: UnsafePointer<Double>, rows count: Int, rowStep: Int, columnStep: Int = 1,
            bias: [Double]? = nil, into out: UnsafeMutablePointer<Double>
        ) {
            func run(_ start: UnsafePointer<Double>?) {
                ck_product(
                    1, count, columns, rows, left, 0, rowStep, columnStep, elements, rows, 0, 1, start, 0, 0,
                    out, 0,
                    columns, 0)
            }
            if let bias { bias.withUnsafeBufferPointer { run($0.baseAddress) } } else { run(nil) }
        }
    }

    /// Calls `body` with the packed elements, unless there are none.
    func withFactor(_ body: (Packed) -> Void) {
        packed.withUnsafeBufferPointer {
            guard let elements = $0.baseAddress, !$0.isEmpty else { return }
            body(Packed(rows: rows, columns: columns, elements: elements))
        }
    }
}

/// Returns the scalar product of two contiguous vectors, with eight partial sums.
@inline(__always)
func dotProduct(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    var (low, high) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    var i = 0
    while i + 8 <= count {
        low += lanes(a + i) * lanes(b + i)
        high += lanes(a + i + 4) * lanes(b + i + 4)
        i += 8
    }
    var sum = (low + high).sum()
    while i < count {
        sum += a[i] * b[i]
        i += 1
    }
    return sum
}

/// Adds a multiple of a vector to another one.
@inline(__always)
func addScaled(_ scale: Double, _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, _ count: Int)
{
    for i in 0..<count { y[i] += scale * x[i] }
}

@inline(__always)
private func lanes(_ pointer: UnsafePointer<Double>) -> SIMD4<Double> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Double>.self)
}
