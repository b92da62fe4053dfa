import Autograd
import Classical
import Configuration

/// Linear discriminant analysis as a layer.
public struct LinearDiscriminantSpec: ClassifierSpec {
    /// The word for shrinkage after Ledoit and Wolf.
    public enum AutoShrinkage: String, CaseIterable, ConfigurationValue { case auto }

    public var units = Units.classes
    public var options = LinearDiscriminantOptions()

    public static let type = "linear_discriminant"
    public static let summary =
        "Linear discriminant analysis, with shrinkage for few examples (scikit-learn's LinearDiscriminantAnalysis)."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init("solver", \.options.solver, "The solver; svd does not support shrinkage."),
        .init(
            "shrinkage", \.options.shrinkage.setting,
            "Shrinkage of the covariance: \"auto\" for the Ledoit-Wolf estimate (2004), or 0 to 1; `null` for none."
        ),
        .init(
            "priors", \.options.priors,
            "Prior probability of each class; `null` for the class frequencies in the training set."),
        .init(
            "tol", \.options.tol, "Threshold of the singular values below which directions are ignored.",
            .atLeast(0)),
    ]

    public init() {}

    public var validationIssues: [ValidationIssue] {
        options.solver == .svd && options.shrinkage.setting != nil
            ? [ValidationIssue("shrinkage", "the solver svd does not support it; use \"solver\": \"lsqr\"")]
            : []
    }
}

extension LinearDiscriminantOptions.Solver: CaseIterable {
    public static var allCases: [LinearDiscriminantOptions.Solver] { [.svd, .lsqr, .eigen] }
}
extension LinearDiscriminantOptions.Solver: ConfigurationValue {}

extension Shrinkage {
    /// The shrinkage as in a config.
    var setting: Either<LinearDiscriminantSpec.AutoShrinkage, Double>? {
        get {
            switch self {
            case .none: nil
            case .auto: .first(.auto)
            case .value(let value): .second(value)
            }
        }
        set {
            switch newValue {
            case nil: self = .none
            case .first: self = .auto
            case .second(let value): self = .value(value)
            }
        }
    }
}

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

/// Nearest neighbors as a layer.
public struct KNeighborsSpec: ClassifierSpec, PlainLearnerSpec {
    public var units = Units.classes
    public var options = KNeighborsOptions()

    public static let type = "k_neighbors"
    public static let summary =
        "k-nearest neighbors (scikit-learn's KNeighborsClassifier). The model contains the whole training set."
    public static let fields: [Field<Self>] = [unitsField(\.units)] + neighborFields()

    public init() {}
}

/// Nearest neighbors for regression as a layer.
public struct KNeighborsRegressorSpec: RegressorSpec, PlainLearnerSpec {
    public var units = Units.targets(nil)
    public var options = KNeighborsRegressorOptions()

    public static let type = "k_neighbors_regressor"
    public static let summary =
        "k-nearest neighbors regression: the mean of the neighbors, one model per regression target (scikit-learn's KNeighborsRegressor). The model contains the whole training set."
    public static let fields: [Field<Self>] = [unitsField(\.units)] + neighborFields()

    public init() {}
}

extension PlainLearnerSpec {
    /// The fields of nearest neighbors.
    static func neighborFields<Model>() -> [Field<Self>] where Options == NearestNeighborOptions<Model> {
        [
            .init("n_neighbors", \.options.nNeighbors, "Number of neighbors.", .atLeast(1)),
            .init(
                "weights", \.options.weights,
                "Weights of the neighbors: equal, or the inverse of their distance."),
            .init("metric", \.options.metric, "The distance."),
        ]
    }
}

extension NeighborWeights: ConfigurationValue {}
extension NeighborMetric: ConfigurationValue {}
