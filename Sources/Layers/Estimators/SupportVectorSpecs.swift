import Autograd
import Classical
import Configuration
import Foundation

/// A support vector classifier as a layer.
public struct SVCSpec: ClassifierSpec, PlainLearnerSpec {
    public var units = Units.classes
    public var options = SVCOptions()

    public static let type = "svc"
    public static let summary =
        "Support vector classifier with a kernel (libsvm's and scikit-learn's SVC). Scale its inputs first. Without \"probability\", its outputs are decision values, whose softmax is not a calibrated probability."
    public static let fields: [Field<Self>] =
        [unitsField(\.units), strengthField] + kernelFields + [
            .init(
                "probability", \.options.probability,
                "Whether to calibrate probabilities by 5-fold cross-validation on the training set.")
        ] + solverFields("steps per pair of classes") + [
            .init(
                "break_ties", \.options.breakTies,
                "Whether ties between classes are broken by the decision values."),
            .init("class_weight", \.options.classWeight.setting, BalancedSetting.help),
        ]

    public init() {}

    public var decisionValues: String? {
        options.probability
            ? nil
            : "svc outputs no probabilities; set \"probability\": true, or use the voting rule logits"
    }

    public static func outputs(of model: SupportVectorClassifier, _ rows: Matrix) -> Matrix {
        guard model.isCalibrated else { return model.scores(rows) }
        var outputs = model.probabilities(rows)
        for index in outputs.values.indices {
            outputs.values[index] = log(max(outputs.values[index], EstimatorOutputs.leastProbability))
        }
        return outputs
    }
}

/// Epsilon support vector regression as a layer.
public struct SVRSpec: RegressorSpec, PlainLearnerSpec {
    public var units = Units.targets(nil)
    public var options = SVROptions()

    public static let type = "svr"
    public static let summary =
        "Epsilon support vector regression, one model per regression target (libsvm's and scikit-learn's SVR). Scale its inputs first."
    public static let fields: [Field<Self>] =
        [
            unitsField(\.units), strengthField,
            .init(
                "epsilon", \.options.epsilon,
                "Half-width of the epsilon tube: smaller errors are not penalized. It is on the scale of the outputs, where 1 is half of the target's range, or its standard deviation.",
                .atLeast(0)),
        ] + kernelFields + solverFields("steps")

    public init() {}
}

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
