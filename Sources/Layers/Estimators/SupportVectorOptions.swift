import Autograd
import Classical
import Configuration

/// The options that support vector classification and regression share.
protocol SupportVectorOptions {
    var C: Double { get set }
    var kernel: SVMKernel { get set }
    var degree: Int { get set }
    var gamma: SVMGamma { get set }
    var coef0: Double { get set }
    var tol: Double { get set }
    var maxIter: Int? { get set }
    var cacheSize: Double { get set }
}

extension SVCOptions: SupportVectorOptions {}

extension SVROptions: SupportVectorOptions {}

extension PlainLearnerSpec where Options: SupportVectorOptions {
    static var strengthField: Field<Self> {
        .init("C", \.options.C, "Inverse of the regularization strength.", .above(0))
    }

    static var kernelFields: [Field<Self>] {
        [
            .init("kernel", \.options.kernel, "The kernel."),
            .init("degree", \.options.degree, "Degree of the polynomial kernel, poly.", .range(0...100)),
            .init(
                "gamma", \.options.gamma.setting,
                "Coefficient of the kernels rbf, poly and sigmoid: \"scale\" for 1 / (features x variance), \"auto\" for 1 / features, or a number."
            ),
            .init("coef0", \.options.coef0, "Constant of the kernels poly and sigmoid."),
        ]
    }

    static func solverFields(_ steps: String) -> [Field<Self>] {
        [
            .init("tol", \.options.tol, "Tolerance of the optimality conditions.", .above(0)),
            .init(
                "max_iter", \.options.maxIter, "Maximum number of \(steps); `null` for no limit.", .atLeast(1)
            ),
            .init("cache_size", \.options.cacheSize, "Size of the kernel cache in MB.", .above(0)),
        ]
    }
}

extension SVMKernel: ConfigurationValue {}
