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
