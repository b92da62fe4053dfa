import Autograd

/// Epsilon support vector regression, as scikit-learn's `SVR`.
public struct SVROptions: RegressorOptions {
    /// The kernel.
    public var kernel: SVMKernel
    /// The degree of the kernel `poly`.
    public var degree: Int
    /// The coefficient of the kernels `rbf`, `poly` and `sigmoid`.
    public var gamma: SVMGamma
    /// The constant of the kernels `poly` and `sigmoid`.
    public var coef0: Double
    /// The tolerance of the optimality conditions.
    public var tol: Double
    /// The inverse strength of the regularization.
    public var C: Double
    /// The half-width of the epsilon tube: smaller errors are not penalized.
    public var epsilon: Double
    /// Whether to leave out variables that will probably stay at a bound, for speed.
    public var shrinking: Bool
    /// The size of the kernel cache in megabytes.
    public var cacheSize: Double
    /// The maximum number of steps; nil for no limit but libsvm's of ten million.
    public var maxIter: Int?

    /// Creates options.
    public init(
        kernel: SVMKernel = .rbf, degree: Int = 3, gamma: SVMGamma = .scale, coef0: Double = 0,
        tol: Double = 1e-3,
        C: Double = 1, epsilon: Double = 0.1, shrinking: Bool = true, cacheSize: Double = 200,
        maxIter: Int? = nil
    ) {
        (self.kernel, self.degree, self.gamma, self.coef0, self.tol) = (kernel, degree, gamma, coef0, tol)
        (self.C, self.epsilon, self.shrinking) = (C, epsilon, shrinking)
        (self.cacheSize, self.maxIter) = (cacheSize, maxIter)
    }

    public func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> SupportVectorRegressor {
        try require("C", C, above: 0)
        try require("epsilon", epsilon, in: 0...Double.infinity)
        let settings = SMOSettings(
            tolerance: tol, shrinking: shrinking, maxIterations: maxIter, cacheBytes: cacheSize * 0x1p20)
        try settings.check()
        try x.check(weights: weights)
        try x.check(targets: targets)
        let function = try KernelFunction.create(kernel, gamma, coef0: coef0, degree: degree, x)
        let kept = (0..<x.rows).filter { weights?[$0] ?? 1 > 0 }
        let matrix = try KernelMatrix(x.rows(kept), function, cacheSize: cacheSize)
        // Each row has one variable for errors above epsilon and one for those below -epsilon.
        let values = kept.map { targets[$0] }
        let bounds = kept.map { C * (weights?[$0] ?? 1) }
        let problem = SMOProblem(
            kernel: matrix.subset(Array(kept.indices)), rows: Array(kept.indices) + Array(kept.indices),
            y: kept.map { _ in 1 } + kept.map { _ in -1 },
            linear: values.map { epsilon - $0 } + values.map { epsilon + $0 }, upper: bounds + bounds)
        let solution = SMOSolver.solve(problem, settings)
        let coefficients = kept.indices.map { solution.alpha[$0] - solution.alpha[$0 + kept.count] }
        let support = coefficients.indices.filter { coefficients[$0] != 0 }
        return SupportVectorRegressor(
            machine: SupportVectors(vectors: matrix.x.rows(support), function: function),
            dualCoefficients: support.map { coefficients[$0] }, intercept: -solution.rho,
            converged: solution.converged)
    }
}

/// A fitted support vector regression.
public struct SupportVectorRegressor: Regressor, Equatable {
    let machine: SupportVectors
    /// The coefficient of each support vector.
    public let dualCoefficients: [Double]
    /// The value added to the weighted kernel values.
    public let intercept: Double
    /// Whether the fit reached the tolerance within the iteration limit.
    public let converged: Bool

    init(machine: SupportVectors, dualCoefficients: [Double], intercept: Double, converged: Bool) {
        (self.machine, self.dualCoefficients) = (machine, dualCoefficients)
        (self.intercept, self.converged) = (intercept, converged)
    }

    public var features: Int { machine.vectors.columns }

    /// The support vectors.
    public var supportVectors: Matrix { machine.vectors }
    /// The kernel.
    public var kernel: SVMKernel { machine.function.kernel }
    /// The coefficient gamma of the kernel.
    public var gamma: Double { machine.function.gamma }
    /// The constant of the kernels `poly` and `sigmoid`.
    public var coef0: Double { machine.function.coef0 }
    /// The degree of the kernel `poly`.
    public var degree: Int { machine.function.degree }

    public func predictions(_ x: Matrix) -> [Double] {
        let coefficients = Matrix(rows: dualCoefficients.count, columns: 1, values: dualCoefficients)
        return machine.sums(x, coefficients).values.map { $0 + intercept }
    }

    public var arrays: [NamedArray] {
        machine.arrays + [
            NamedArray("dual_coef", dualCoefficients), NamedArray("intercept", intercept),
            NamedArray("converged", converged ? 1 : 0),
        ]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let machine = try SupportVectors(reader)
        self.init(
            machine: machine, dualCoefficients: try reader.vector("dual_coef", count: machine.vectors.rows),
            intercept: try reader.number("intercept"), converged: try reader.flag("converged"))
    }
}
