import Autograd
import Classical
import Foundation
import Testing

struct AlgebraTests {
    let reference: ModelReference

    init() throws { reference = try ModelReference.shared.get() }

    @Test func products() {
        for (m, n, k) in [(1, 1, 1), (3, 5, 2), (17, 33, 9), (70, 4, 130), (5, 0, 2), (4, 3, 0)] {
            let (a, b) = (normalMatrix(m, k, seed: 1), normalMatrix(k, n, seed: 2))
            var expected = Matrix(rows: m, columns: n)
            for i in 0..<m {
                for j in 0..<n { expected[i, j] = (0..<k).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
            }
            expectClose(a.product(b).values, expected.values, 1e-13)
            expectClose(a.transposed.transposedProduct(b).values, expected.values, 1e-13)
            expectClose(a.productTransposed(b.transposed).values, expected.values, 1e-13)
        }
    }

    @Test func cholesky() throws {
        let a = normalMatrix(30, 20, seed: 3)
        let system = a.transposedProduct(a)
        let right = normalMatrix(3, 20, seed: 4)
        let solution = try #require(Cholesky(system)).solve(rows: right)
        expectClose(solution.product(system).values, right.values, 1e-11)
        #expect(Cholesky(normalMatrix(5, 8, seed: 5).transposedProduct(normalMatrix(5, 8, seed: 5))) == nil)
        #expect(Cholesky(matrix([[1, 2], [2, 1]])) == nil)
    }

    @Test func symmetricEigen() throws {
        let values = try reference.values("algebra", "symmetric")
        let eigen = SymmetricEigen(Matrix(rows: 12, columns: 12, values: values))
        expectClose(eigen.values, try reference.values("algebra", "eigenvalues"), 1e-13)
        for size in [1, 2, 3, 50, 150] {
            let a = normalMatrix(size, size, seed: UInt64(size))
            let symmetric = Matrix(
                rows: size, columns: size, values: zip(a.values, a.transposed.values).map(+))
            let eigen = SymmetricEigen(symmetric)
            var identity = Matrix(rows: size, columns: size)
            for i in 0..<size { identity[i, i] = 1 }
            expectClose(eigen.vectors.productTransposed(eigen.vectors).values, identity.values, 1e-12)
            var scaled = eigen.vectors
            for row in 0..<size { for column in 0..<size { scaled[row, column] *= eigen.values[row] } }
            expectClose(eigen.vectors.transposedProduct(scaled).values, symmetric.values, 1e-12)
            #expect(eigen.values == eigen.values.sorted(by: >))
        }
        #expect(SymmetricEigen(Matrix(rows: 3, columns: 3)).values == [0, 0, 0])
        // Equal eigenvalues and an already diagonal matrix.
        #expect(SymmetricEigen(matrix([[2, 0, 0], [0, 5, 0], [0, 0, 2]])).values == [5, 2, 2])
    }

    /// Small singular values are accurate to a relative 1e-9 of their own size.
    @Test func thinSVD() throws {
        let tall = Matrix(rows: 15, columns: 6, values: try reference.values("algebra", "tall"))
        let expected = try reference.values("algebra", "singular")
        for matrix in [tall, tall.transposed] {
            let found = ThinSVD(matrix)
            for (value, reference) in zip(found.values, expected) {
                #expect(abs(value - reference) <= 1e-9 * reference + 1e-13 * expected[0])
            }
            let gram = found.right.productTransposed(found.right)
            var identity = Matrix(rows: 6, columns: 6)
            for i in 0..<6 { identity[i, i] = 1 }
            expectClose(gram.values, identity.values, 1e-10)
        }
        // A matrix of rank 1.
        let flat = ThinSVD(Classical.Matrix(rows: 5, columns: 3, repeating: 2))
        expectClose(flat.values, [(60.0).squareRoot(), 0, 0], 1e-7)
    }

    /// Within two units in the last place of the C library's function, also for lengths that are not whole vectors.
    @Test func gaussian() {
        for count in [1, 7, 8, 13, 1000] {
            let exponents = (0..<count).map { -Double($0 * $0) / 1500 - Double($0 % 7) / 3 }
            // gamma 1, squared length 0 and products 0 leave exp(-norm).
            var values = [Double](repeating: 0, count: count)
            let norms = exponents.map { -$0 }
            values.withUnsafeMutableBufferPointer { values in
                norms.withUnsafeBufferPointer { norms in
                    guard let values = values.baseAddress, let norms = norms.baseAddress else { return }
                    replaceByGaussian(values, gamma: 1, norm: 0, norms: norms, count)
                }
            }
            for (value, exponent) in zip(values, exponents) {
                #expect(abs(value - exp(exponent)) <= 5e-16 * exp(exponent))
            }
        }
        var (far, near) = ([0.0, 1e-9], [800.0, 0])
        replaceByGaussian(&far, gamma: 1, norm: 0, norms: &near, 2)
        #expect(far == [0, 1])
    }

    @Test func digammaAndQuantiles() {
        expectClose(
            [digamma(1), digamma(0.5), digamma(25)],
            [-0.5772156649015329, -1.9635100260214235, 3.198742512851974], 1e-13)
        expectClose(
            [normalQuantile(0.975), normalQuantile(0.25)], [1.959963984540054, -0.6744897501960817], 1e-13)
        #expect(percentile(25, ofSorted: [1, 2, 3, 4]) == 1.75)
        #expect(percentile(0, ofSorted: [7]) == 7)
    }
}
