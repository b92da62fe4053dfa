/// The quadratic problem of a support vector machine: minimize ½ Σ aᵢ aⱼ yᵢ yⱼ Kᵢⱼ + Σ pᵢ aᵢ, where Σ yᵢ aᵢ = 0 and
/// 0 ≤ aᵢ ≤ Cᵢ, starting from 0.
struct SMOProblem {
    /// The kernel values between the rows.
    let kernel: KernelSubset
    /// The row of each variable.
    let rows: [Int]
    /// 1 or -1.
    let y: [Double]
    /// The linear coefficients p.
    let linear: [Double]
    /// The upper bounds C.
    let upper: [Double]
}

/// The solution of an `SMOProblem`.
struct SMOSolution: Sendable {
    /// The variables.
    var alpha: [Double]
    /// The offset: a decision is Σ yᵢ aᵢ K(xᵢ, x) - rho.
    var rho: Double
    /// The number of steps.
    var iterations: Int
    /// Whether the tolerance was reached.
    var converged: Bool
}

/// The settings of the solver, shared by classification and regression.
struct SMOSettings: Sendable, Equatable {
    var tolerance: Double
    var shrinking: Bool
    /// The limit of the number of steps; nil for libsvm's of ten million or 100 per variable.
    var maxIterations: Int?
    /// The size of the row cache.
    var cacheBytes: Double

    func check() throws(FittingError) {
        try require("tol", tolerance, above: 0)
        if let maxIterations { try require("max_iter", maxIterations, atLeast: 1) }
        try require("cache_size", cacheBytes, above: 0)
    }
}
