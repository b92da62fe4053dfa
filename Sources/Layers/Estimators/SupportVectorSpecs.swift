import Autograd
import Classical
import Configuration
import Foundation

/// A support vector classifier as a layer.
public struct SVCSpec: ClassifierSpec {
    public var units = Units.classes
    public var options = SVCOptions()

    public static let type = "svc"
    public static let summary =
        "Support vector classifier with a kernel (libsvm's and scikit-learn's SVC). Scale its inputs first. Without \"probability\", its outputs are decision values, whose softmax is not a calibrated probability."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init("C", \.options.C, "Inverse of the regularization strength.", .above(0)),
        .init("kernel", \.options.kernel, "The kernel."),
        .init("degree", \.options.degree, "Degree of the polynomial kernel, poly.", .range(0...100)),
        .init(
            "gamma", \.options.gamma.setting,
            "Coefficient of the kernels rbf, poly and sigmoid: \"scale\" for 1 / (features x variance), \"auto\" for 1 / features, or a number."
        ),
        .init("coef0", \.options.coef0, "Constant of the kernels poly and sigmoid."),
        .init(
            "probability", \.options.probability,
            "Whether to calibrate probabilities by 5-fold cross-validation on the training set."),
        .init("tol", \.options.tol, "Tolerance of the optimality conditions.", .above(0)),
        .init(
            "max_iter", \.options.maxIter,
            "Maximum number of steps per pair of classes; `null` for no limit.",
            .atLeast(1)),
        .init("cache_size", \.options.cacheSize, "Size of the kernel cache in MB.", .above(0)),
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

extension SVMKernel: ConfigurationValue {}
