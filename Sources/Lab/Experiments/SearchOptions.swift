import Configuration
import Metrics

/// Hyperparameter search inside the training set of a run: the `search` section of an experiment.
///
/// Every trial is scored by cross-validation on the training clips. The best values are then used for the run itself, so that the
/// test set is read once, by the chosen model.
public struct SearchOptions: Options {
    public var method = AnySearchMethod(GridMethod())
    public var parameters = Named<SearchParameter>()
    public var folds: Int? = 5
    public var metric = "uar"
    public var seed = 0

    public static let summary =
        "Hyperparameter search inside the training set. Each trial is scored by cross-validation on the training clips; the run then uses the best values."
    public static let fields: [Field<Self>] = [
        .init("method", \.method, "The search method."),
        .init(
            "parameters", \.parameters,
            "The search space: for each path, a list of values or a distribution. Example: {\"model[1].C\": [1, 10, 100]}.",
            .required, .notEmpty),
        .init(
            "folds", \.folds,
            "Number of folds of the cross-validation on the training clips; `null` scores trials on the validation set of the split. The folds are speaker-independent if the split is, and stratified by class otherwise.",
            .range(2...100)),
        .init(
            "metric", \.metric,
            "The metric to optimize: one of evaluation.metrics, or \"loss\". Metrics for which lower is better are minimized."
        ),
        .init("seed", \.seed, "Random seed of the folds and of the method.", .atLeast(0)),
    ]

    public init() {}

    /// Whether lower values of the metric are better.
    var isMinimized: Bool { MetricMode(of: metric) == .min }

    public var validationIssues: [ValidationIssue] {
        guard method.value.needsLists else { return [] }
        return parameters.entries.compactMap { entry in
            guard case .second = entry.value else { return nil }
            return ValidationIssue(
                at: [.key("parameters"), .key(entry.name)],
                "a grid search needs a list of values; use another method for distributions")
        }
    }
}
