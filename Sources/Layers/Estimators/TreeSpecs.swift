import Autograd
import Classical
import Configuration

extension PlainLearnerSpec where Options: TreeGrowing {
    /// The fields that limit the growth of trees.
    static var growthFields: [Field<Self>] {
        [
            .init(
                "max_depth", \.options.growth.maxDepth, "Maximum depth of a tree; `null` for no limit.",
                .atLeast(0)),
            .init(
                "min_samples_split", \.options.growth.minSamplesSplit.setting,
                "Minimum number of examples to split a node, or a fraction of all examples."),
            .init(
                "min_samples_leaf", \.options.growth.minSamplesLeaf.setting,
                "Minimum number of examples of a leaf, or a fraction of all examples."),
            .init(
                "min_weight_fraction_leaf", \.options.growth.minWeightFractionLeaf,
                "Minimum fraction of the total weight in a leaf.", .atLeast(0), .atMost(0.5)),
            .init(
                "max_features", \.options.growth.maxFeatures.setting,
                "Number of features considered at each split: \"sqrt\", \"log2\", \"all\", a number, or a fraction."
            ),
            .init(
                "max_leaf_nodes", \.options.growth.maxLeafNodes,
                "Maximum number of leaves, grown in the order of the decrease in impurity; `null` for no limit.",
                .atLeast(2)),
            .init(
                "min_impurity_decrease", \.options.growth.minImpurityDecrease,
                "Minimum decrease in impurity of a split.", .atLeast(0)),
            .init(
                "ccp_alpha", \.options.growth.ccpAlpha, "Complexity parameter of cost-complexity pruning.",
                .atLeast(0)),
        ]
    }
}

extension PlainLearnerSpec where Options: TreeSplitting {
    /// The field for the threshold of a feature.
    static var splitterField: Field<Self> {
        .init(
            "splitter", \.options.splitter, "Whether the threshold of each feature is the best one or random."
        )
    }
}

extension PlainLearnerSpec where Options: ForestGrowing {
    /// The field for the number of trees.
    static var countField: Field<Self> {
        .init("n_estimators", \.options.nEstimators, "Number of trees.", .range(1...100_000))
    }

    /// The fields for the examples of each tree.
    static var sampleFields: [Field<Self>] {
        [
            .init(
                "bootstrap", \.options.bootstrap,
                "Whether each tree is fitted to a bootstrap sample of the examples."),
            .init(
                "max_samples", \.options.maxSamples.setting,
                "Size of each bootstrap sample: a number or a fraction of the examples; `null` for all."),
            .init(
                "oob_score", \.options.oobScore,
                "Whether to compute the out-of-bag score, which the run prints; requires `bootstrap`."),
        ]
    }

    /// The fields of a forest of classification trees.
    static func forestFields<Kind>() -> [Field<Self>] where Options == ForestOptions<Kind> {
        let criterion: Field<Self> = .init(
            "criterion", \.options.criterion, "Impurity measure of a split.")
        let classWeight: Field<Self> = .init(
            "class_weight", \.options.classWeight.setting, ClassWeightSetting.help)
        return [countField, criterion] + sampleFields + [classWeight] + growthFields
    }
}

/// A decision tree as a layer.
public struct DecisionTreeSpec: ClassifierSpec, PlainLearnerSpec {
    public var units = Units.classes
    public var options = DecisionTreeOptions()

    public static let type = "decision_tree"
    public static let summary = "Decision tree (scikit-learn's DecisionTreeClassifier)."
    public static let fields: [Field<Self>] =
        [
            unitsField(\.units),
            .init("criterion", \.options.criterion, "Impurity measure of a split."),
            splitterField,
            .init("class_weight", \.options.classWeight.setting, ClassWeightSetting.help),
        ] + growthFields

    public init() {}
}

/// A random forest as a layer.
public struct RandomForestSpec: ClassifierSpec, PlainLearnerSpec {
    public var units = Units.classes
    public var options = RandomForestOptions()

    public static let type = "random_forest"
    public static let summary = "Random forest (scikit-learn's RandomForestClassifier)."
    public static let fields: [Field<Self>] = [unitsField(\.units)] + forestFields()

    public init() {}
}

/// Extremely randomized trees as a layer.
public struct ExtraTreesSpec: ClassifierSpec, PlainLearnerSpec {
    public var units = Units.classes
    public var options = ExtraTreesOptions()

    public static let type = "extra_trees"
    public static let summary =
        "Extremely randomized trees, Geurts et al. 2006 (scikit-learn's ExtraTreesClassifier)."
    public static let fields: [Field<Self>] = [unitsField(\.units)] + forestFields()

    public init() {}
}

/// A regression tree as a layer.
public struct DecisionTreeRegressorSpec: RegressorSpec, PlainLearnerSpec {
    public var units = Units.targets(nil)
    public var options = DecisionTreeRegressorOptions()

    public static let type = "decision_tree_regressor"
    public static let summary =
        "Regression tree, one model per regression target (scikit-learn's DecisionTreeRegressor)."
    public static let fields: [Field<Self>] = [unitsField(\.units), splitterField] + growthFields

    public init() {}
}

/// A random forest for regression as a layer.
public struct RandomForestRegressorSpec: RegressorSpec, PlainLearnerSpec {
    public var units = Units.targets(nil)
    public var options = RandomForestRegressorOptions()

    public static let type = "random_forest_regressor"
    public static let summary =
        "Random forest regression, one model per regression target (scikit-learn's RandomForestRegressor)."
    public static let fields: [Field<Self>] =
        [unitsField(\.units), countField] + sampleFields + growthFields

    public init() {}
}

/// Extremely randomized trees for regression as a layer.
public struct ExtraTreesRegressorSpec: RegressorSpec, PlainLearnerSpec {
    public var units = Units.targets(nil)
    public var options = ExtraTreesRegressorOptions()

    public static let type = "extra_trees_regressor"
    public static let summary =
        "Extremely randomized trees for regression, one model per regression target, Geurts et al. 2006 (scikit-learn's ExtraTreesRegressor)."
    public static let fields: [Field<Self>] =
        [unitsField(\.units), countField] + sampleFields + growthFields

    public init() {}
}

extension ImpurityCriterion: ConfigurationValue {}
extension TreeSplitter: ConfigurationValue {}
