import Autograd

/// A support vector classifier (C-SVC, one against one), as scikit-learn's `SVC`.
public struct SVCOptions: ClassifierOptions {
    /// The shape of the decision function.
    public enum DecisionFunctionShape: String, Sendable, Equatable {
        /// One score per class: the votes of the pairs plus their scaled confidences.
        case ovr
        /// One score per pair of classes.
        case ovo
    }

    /// The inverse strength of the regularization.
    public var C: Double
    /// The kernel.
    public var kernel: SVMKernel
    /// The degree of the kernel `poly`.
    public var degree: Int
    /// The coefficient of the kernels `rbf`, `poly` and `sigmoid`.
    public var gamma: SVMGamma
    /// The constant of the kernels `poly` and `sigmoid`.
    public var coef0: Double
    /// Whether to leave out variables that will probably stay at a bound, for speed.
    public var shrinking: Bool
    /// Whether to calibrate probabilities by 5-fold cross-validation (Platt scaling).
    public var probability: Bool
    /// The tolerance of the optimality conditions.
    public var tol: Double
    /// The size of the kernel cache in megabytes.
    public var cacheSize: Double
    /// The weights of the classes.
    public var classWeight: ClassWeight
    /// The maximum number of steps per pair of classes; nil for no limit but libsvm's of ten million. A fit that
    /// reaches it has `converged` false.
    public var maxIter: Int?
    /// The shape of `SupportVectorClassifier.decisionFunction`.
    public var decisionFunctionShape: DecisionFunctionShape
    /// Whether confidences decide between classes with equally many votes; otherwise the first one is predicted.
    public var breakTies: Bool

    /// Creates options.
    public init(
        C: Double = 1, kernel: SVMKernel = .rbf, degree: Int = 3, gamma: SVMGamma = .scale, coef0: Double = 0,
        shrinking: Bool = true, probability: Bool = false, tol: Double = 1e-3, cacheSize: Double = 200,
        classWeight: ClassWeight = .none, maxIter: Int? = nil,
        decisionFunctionShape: DecisionFunctionShape = .ovr, breakTies: Bool = false
    ) {
        (self.C, self.kernel, self.degree, self.gamma, self.coef0) = (C, kernel, degree, gamma, coef0)
        (self.shrinking, self.probability, self.tol, self.cacheSize) = (
            shrinking, probability, tol, cacheSize
        )
        (self.classWeight, self.maxIter) = (classWeight, maxIter)
        (self.decisionFunctionShape, self.breakTies) = (decisionFunctionShape, breakTies)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> SupportVectorClassifier {
        try require("C", C, above: 0)
        let settings = SMOSettings(
            tolerance: tol, shrinking: shrinking, maxIterations: maxIter, cacheBytes: cacheSize * 0x1p20)
        try settings.check()
        let rows = try LabeledRows(x, labels: labels, classes: classes, weights: weights)
        let function = try KernelFunction.create(kernel, gamma, coef0: coef0, degree: degree, x)
        let factors = try classWeight.factors(rows)
        let groups = SVCGroups(rows, upper: factors.map { $0 * C })
        let matrix = try KernelMatrix(rows.x.rows(groups.order), function, cacheSize: cacheSize)
        let pairs = groups.pairs(matrix, settings, probability: probability, generator)
        return groups.classifier(pairs, matrix, self)
    }
}

extension KernelFunction {
    /// Checks the options of a kernel and sets the coefficient for a training set.
    static func create(
        _ kernel: SVMKernel, _ gamma: SVMGamma, coef0: Double, degree: Int, _ x: Matrix
    ) throws(FittingError) -> KernelFunction {
        try require("degree", degree, atLeast: 0)
        try require("coef0", coef0, in: -Double.greatestFiniteMagnitude...Double.infinity)
        return KernelFunction(kernel: kernel, gamma: try gamma.value(x), coef0: coef0, degree: degree)
    }
}
