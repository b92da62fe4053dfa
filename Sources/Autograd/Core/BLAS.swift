import COpenBLAS

/// Products of matrices by OpenBLAS, always on the calling thread: the threads are ours to spread work over, and
/// OpenBLAS's own give other bits on other thread counts.
enum BLAS {
    private static let isReady: Void = openblas_set_num_threads(1)

    /// C = alpha op(A) op(B) + beta C, row-major; op(A) is m x k, op(B) k x n, `lda` etc. the row strides as stored.
    static func product(
        _ transposeA: Bool, _ transposeB: Bool, m: Int, n: Int, k: Int, alpha: Real = 1,
        _ a: UnsafePointer<Real>, _ lda: Int, _ b: UnsafePointer<Real>, _ ldb: Int, beta: Real = 0,
        _ c: UnsafeMutablePointer<Real>, _ ldc: Int
    ) {
        guard m > 0 && n > 0 else { return }
        if k == 0 {
            if beta == 0 { for row in 0..<m { (c + row * ldc).update(repeating: 0, count: n) } }
            return
        }
        _ = isReady
        let ta = transposeA ? CblasTrans : CblasNoTrans
        let tb = transposeB ? CblasTrans : CblasNoTrans
        #if REAL_IS_DOUBLE
        cblas_dgemm(
            CblasRowMajor, ta, tb, Int32(m), Int32(n), Int32(k), alpha, a, Int32(lda), b, Int32(ldb), beta, c,
            Int32(ldc))
        #else
        cblas_sgemm(
            CblasRowMajor, ta, tb, Int32(m), Int32(n), Int32(k), alpha, a, Int32(lda), b, Int32(ldb), beta, c,
            Int32(ldc))
        #endif
    }
}
