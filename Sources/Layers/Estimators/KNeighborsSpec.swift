import Autograd
import Classical
import Configuration

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
