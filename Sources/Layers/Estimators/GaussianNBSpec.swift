import Autograd
import Classical
import Configuration

/// Gaussian naive Bayes as a layer.
public struct GaussianNBSpec: ClassifierSpec {
    public var units = Units.classes
    public var options = GaussianNBOptions()

    public static let type = "gaussian_nb"
    public static let summary = "Gaussian naive Bayes (scikit-learn's GaussianNB)."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init(
            "priors", \.options.priors,
            "Prior probability of each class; `null` for the class frequencies in the training set."),
        .init(
            "var_smoothing", \.options.varSmoothing,
            "Fraction of the largest variance that is added to all variances.", .atLeast(0)),
    ]

    public init() {}
}
