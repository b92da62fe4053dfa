import Autograd
import Classical
import Configuration

/// Gradient-boosted trees as a layer.
public struct GradientBoostingSpec: ClassifierSpec, PlainLearnerSpec {
    public var units = Units.classes
    public var options = GradientBoostingOptions()

    public static let type = "gradient_boosting"
    public static let summary =
        "Histogram-based gradient-boosted trees (LightGBM's algorithm and option names). With \"early_stopping_rounds\", the validation set decides the number of iterations."
    public static let fields: [Field<Self>] = [unitsField(\.units)] + boostingFields

    public init() {}

    public func fit(
        _ rows: Matrix, _ examples: FittingRows, generator: RandomGenerator
    ) throws(FittingError) -> BoostingClassifier {
        guard let validation = examples.validation, options.parameters.earlyStoppingRounds != nil else {
            return try options.fit(
                rows, labels: examples.labels, classes: examples.classes, weights: examples.weights,
                generator: generator)
        }
        return try options.fit(
            rows, labels: examples.labels, classes: examples.classes, weights: examples.weights,
            validation: (validation.rows, validation.labels), generator: generator
        ).model
    }
}

/// Gradient-boosted regression trees as a layer.
public struct GradientBoostingRegressorSpec: RegressorSpec, PlainLearnerSpec {
    public var units = Units.targets(nil)
    public var options = GradientBoostingRegressorOptions()

    public static let type = "gradient_boosting_regressor"
    public static let summary =
        "Histogram-based gradient-boosted trees for regression with the squared error, one model per regression target (LightGBM's algorithm and option names)."
    public static let fields: [Field<Self>] = [unitsField(\.units)] + boostingFields

    public init() {}

    public func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, validation: (rows: Matrix, targets: [Double])?,
        generator: RandomGenerator
    ) throws(FittingError) -> BoostingRegressor {
        guard let validation, options.parameters.earlyStoppingRounds != nil else {
            return try options.fit(x, targets: targets, weights: weights, generator: generator)
        }
        return try options.fit(
            x, targets: targets, weights: weights, validation: (validation.rows, validation.targets),
            generator: generator
        ).model
    }
}

extension PlainLearnerSpec where Options: BoostingOptions {
    /// The fields of the parameters of boosting.
    static var boostingFields: [Field<Self>] {
        [
            .init(
                "n_estimators", \.options.parameters.nEstimators, "Number of boosting iterations.",
                .range(1...100_000)),
            .init(
                "learning_rate", \.options.parameters.learningRate,
                "Learning rate: factor of the contribution of each tree.", .above(0)),
            .init(
                "num_leaves", \.options.parameters.numLeaves,
                "Maximum number of leaves of a tree; the leaf with the largest gain is split first.",
                .range(2...65536)),
            .init(
                "max_depth", \.options.parameters.maxDepth, "Maximum depth of a tree; `null` for no limit.",
                .atLeast(1)),
            .init(
                "min_data_in_leaf", \.options.parameters.minDataInLeaf,
                "Minimum number of examples of a leaf.",
                .atLeast(0)),
            .init(
                "min_sum_hessian_in_leaf", \.options.parameters.minSumHessianInLeaf,
                "Minimum sum of second derivatives in a leaf.", .atLeast(0)),
            .init(
                "lambda_l1", \.options.parameters.lambdaL1, "L1 regularization of leaf values.", .atLeast(0)),
            .init(
                "lambda_l2", \.options.parameters.lambdaL2, "L2 regularization of leaf values.", .atLeast(0)),
            .init(
                "min_gain_to_split", \.options.parameters.minGainToSplit, "Minimum gain of a split.",
                .atLeast(0)),
            .init(
                "feature_fraction", \.options.parameters.featureFraction,
                "Fraction of the features drawn for each tree.", .above(0), .atMost(1)),
            .init(
                "bagging_fraction", \.options.parameters.baggingFraction,
                "Fraction of the examples drawn every \"bagging_freq\" iterations.", .above(0), .atMost(1)),
            .init(
                "bagging_freq", \.options.parameters.baggingFreq,
                "Iterations between two draws of examples; 0 for no bagging.", .atLeast(0)),
            .init(
                "max_bin", \.options.parameters.maxBin, "Maximum number of histogram bins of a feature.",
                .range(2...255)),
            .init(
                "early_stopping_rounds", \.options.parameters.earlyStoppingRounds,
                "Stops when the validation loss has not improved for this number of iterations; `null` for no early stopping.",
                .atLeast(1)),
        ]
    }
}
