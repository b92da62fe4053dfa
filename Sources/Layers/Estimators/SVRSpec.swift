import Autograd
import Classical
import Configuration

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
