import Autograd
import Classical
import Configuration

/// Principal component analysis as a layer.
public struct PCASpec: StepSpec {
    public var options = PCAOptions()

    public static let type = "pca"
    public static let summary = "Principal component analysis of the training set (scikit-learn's PCA)."
    public static let fields: [Field<Self>] = [
        .init(
            "n_components", \.options.nComponents.setting,
            "Number of components, or the fraction of the variance that they explain; `null` for all."),
        .init("whiten", \.options.whiten, "Whether to scale the components to variance 1."),
    ]

    public init() {}

    public func outputs(inputs: Int) throws(ShapeProblem) -> Int {
        guard case .count(let count) = options.nComponents else { return inputs }
        guard (1...max(inputs, 1)).contains(count) else {
            throw ShapeProblem("pca: expected 1 to \(inputs) components, found \(count)")
        }
        return count
    }
}

/// The selection of the best values as a layer.
public struct SelectKBestSpec: StepSpec {
    /// How values are scored.
    public enum Score: String, CaseIterable, ConfigurationValue {
        case fClassif = "f_classif"
        case mutualInfo = "mutual_info_classif"
    }

    public var score = Score.fClassif
    public var k = 10

    public static let type = "select_k_best"
    public static let summary =
        "Selects the features with the highest scores on the training set (scikit-learn's SelectKBest)."
    public static let fields: [Field<Self>] = [
        .init(
            "score_func", \.score,
            "The score: ANOVA F-value, or mutual information with the class."),
        .init("k", \.k, "Number of features to select.", .atLeast(1)),
    ]

    public init() {}

    public var options: SelectKBestOptions {
        SelectKBestOptions(score: score == .fClassif ? .fClassif : .mutualInfoClassif(), amount: .k(k))
    }

    public func outputs(inputs: Int) throws(ShapeProblem) -> Int {
        guard k <= inputs else {
            throw ShapeProblem("select_k_best: expected k of at most \(inputs), found \(k)")
        }
        return k
    }
}

/// The selection of the values that matter most to a random forest as a layer.
public struct SelectFromModelSpec: StepSpec {
    public var options = SelectFromModelOptions(maxFeatures: 40)

    public static let type = "select_from_model"
    public static let summary =
        "Selects the features with the largest impurity importances in a random forest (scikit-learn's SelectFromModel)."
    public static let fields: [Field<Self>] = [
        .init("max_features", \.count, "Number of features to select.", .required, .atLeast(1)),
        .init("n_estimators", \.options.forest.nEstimators, "Number of trees.", .range(1...100_000)),
        .init(
            "max_depth", \.options.forest.growth.maxDepth, "Maximum depth of a tree; `null` for no limit.",
            .atLeast(1)),
    ]

    public init() {}

    /// The number of values to select.
    var count: Int {
        get { options.maxFeatures ?? 1 }
        set { options.maxFeatures = newValue }
    }

    public func outputs(inputs: Int) throws(ShapeProblem) -> Int {
        guard count <= inputs else {
            throw ShapeProblem(
                "select_from_model: expected max_features of at most \(inputs), found \(count)")
        }
        return count
    }
}
