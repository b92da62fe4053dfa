import Autograd
import Classical
import Configuration

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

    public func outputs(inputs: Int) throws(LayerError) -> Int {
        guard count <= inputs else {
            throw LayerError(
                "select_from_model: expected max_features of at most \(inputs), found \(count)")
        }
        return count
    }
}
