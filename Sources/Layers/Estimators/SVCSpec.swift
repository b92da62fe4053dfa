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
