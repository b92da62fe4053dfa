import Autograd
import AutogradTesting
import COpenBLAS
import Testing

/// Matrix products against OpenBLAS, at sizes around the edges of tiles, panels and blocks.
@Suite struct ProductTests {
    static let sizes: [(m: Int, n: Int, k: Int)] = {
        let generator = RandomGenerator(seed: 11)
        let edges = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 96, 97]
        var sizes = (0..<60).map { _ in
            (
                edges[generator.below(edges.count)], edges[generator.below(edges.count)],
                edges[generator.below(edges.count)]
            )
        }
        sizes += [
            (5, 9, 255), (5, 9, 256), (5, 9, 257), (239, 3, 2), (240, 17, 20), (241, 50, 300),
            (500, 130, 600), (100, 400, 300), (10, 1000, 200), (1, 500, 250),
        ]
        return sizes
    }()

    @Test(arguments: sizes) func agreesWithOpenBLAS(_ size: (m: Int, n: Int, k: Int)) {
        let (m, n, k) = size
        let generator = RandomGenerator(seed: 3)
        for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
            let a = Tensor.normal(transposeA ? [k, m] : [m, k], mean: 0, deviation: 1, using: generator)
            let b = Tensor.normal(transposeB ? [n, k] : [k, n], mean: 0, deviation: 1, using: generator)
            let ours = matmul(a, b, transposeA: transposeA, transposeB: transposeB)
            let theirs = product(a, b, m, n, k, transposeA, transposeB)
            let tolerance = Real(k).squareRoot() * (Real.self == Float.self ? 1e-6 : 1e-14) * 10
            let difference = (ours - theirs).abs().max().item()
            #expect(difference <= tolerance, "\(m) x \(n) x \(k), transposed \(transposeA) and \(transposeB)")
        }
    }

    /// A row of a product is bit-identical alone and in a batch.
    @Test func rowsAreIndependentOfBatch() {
        let generator = RandomGenerator(seed: 4)
        let a = Tensor.normal([70, 130], mean: 0, deviation: 1, using: generator)
        let b = Tensor.normal([130, 50], mean: 0, deviation: 1, using: generator)
        let all = matmul(a, b)
        for row in [0, 7, 8, 33, 69] {
            let alone = matmul(a.slice(axis: 0, row..<row + 1), b)
            #expect(alone.array == all.slice(axis: 0, row..<row + 1).array)
        }
    }

    /// The same for each number of columns, which decides how they are divided into panels. The transpose is packed.
    @Test(arguments: 1...200) func rowsAreIndependentOfBatch(columns: Int) {
        let generator = RandomGenerator(seed: 5)
        let a = Tensor.normal([50, 37], mean: 0, deviation: 1, using: generator)
        let b = Tensor.normal([columns, 37], mean: 0, deviation: 1, using: generator)
        let all = matmul(a, b, transposeB: true)
        for rows in [0..<1, 3..<5, 9..<14, 1..<50] {
            let some = matmul(a.slice(axis: 0, rows), b, transposeB: true)
            #expect(some.array == all.slice(axis: 0, rows).array, "rows \(rows)")
        }
    }

    /// The same for right factors that are also divided by columns: rows alone, in one block, and in several.
    @Test(arguments: [(300, 400), (500, 210), (900, 97), (1100, 96), (200, 1000)])
    func rowsAreIndependentOfBatch(depth: Int, columns: Int) {
        let generator = RandomGenerator(seed: 6)
        let a = Tensor.normal([230, depth], mean: 0, deviation: 1, using: generator)
        let b = Tensor.normal([depth, columns], mean: 0, deviation: 1, using: generator)
        let bias = Tensor.normal([columns], mean: 0, deviation: 1, using: generator)
        let (all, transposed) = (linear(a, b, bias: bias), matmul(b, a, transposeA: true, transposeB: true))
        for rows in [0..<1, 3..<5, 9..<30, 100..<200, 229..<230] {
            let some = a.slice(axis: 0, rows)
            #expect(linear(some, b, bias: bias).array == all.slice(axis: 0, rows).array, "rows \(rows)")
            #expect(
                matmul(b, some, transposeA: true, transposeB: true).array
                    == transposed.slice(axis: 1, rows).array, "columns \(rows)")
        }
    }

    @Test func mismatchedShapesAreReported() async {
        await #expect(processExitsWith: .failure) {
            _ = matmul(Tensor.zeros([2, 3]), Tensor.zeros([4, 5]))
        }
    }

    private func product(
        _ a: Tensor, _ b: Tensor, _ m: Int, _ n: Int, _ k: Int, _ transposeA: Bool, _ transposeB: Bool
    ) -> Tensor {
        let (ta, tb) = (transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans)
        let (lda, ldb) = (Int32(a.shape[1]), Int32(b.shape[1]))
        return Tensor(shape: [m, n]) { c in
            a.withElements { a in
                b.withElements { b in
                    #if REAL_IS_DOUBLE
                        cblas_dgemm(
                            CblasRowMajor, ta, tb, Int32(m), Int32(n), Int32(k), 1, a, lda, b, ldb, 0, c,
                            Int32(n))
                    #else
                        cblas_sgemm(
                            CblasRowMajor, ta, tb, Int32(m), Int32(n), Int32(k), 1, a, lda, b, ldb, 0, c,
                            Int32(n))
                    #endif
                }
            }
        }
    }
}
