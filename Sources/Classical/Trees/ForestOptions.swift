import Autograd

/// A way to grow the trees of a forest.
public protocol ForestKind {
    /// Whether the thresholds of the features that are tried are drawn at random.
    static var isRandom: Bool { get }
}

/// Each tree is grown on a bootstrap sample and tries some of the features for each split.
public enum RandomForest: ForestKind { public static var isRandom: Bool { false } }

/// The thresholds of the features that are tried are drawn at random; each tree is grown on all rows.
public enum ExtraTrees: ForestKind { public static var isRandom: Bool { true } }

extension ForestGrowing {
    /// The plan of a forest of this kind.
    fileprivate func plan(_ kind: (some ForestKind).Type) -> ForestPlan {
        ForestPlan(
            trees: nEstimators, growth: growth, isRandom: kind.isRandom, bootstrap: bootstrap,
            maxSamples: maxSamples, outOfBag: oobScore)
    }
}

/// The options of a random forest, after scikit-learn.
public typealias RandomForestOptions = ForestOptions<RandomForest>
/// The options of extremely randomized trees, after scikit-learn.
public typealias ExtraTreesOptions = ForestOptions<ExtraTrees>
/// The options of a random forest for regression, after scikit-learn.
public typealias RandomForestRegressorOptions = ForestRegressorOptions<RandomForest>
/// The options of extremely randomized trees for regression, after scikit-learn.
public typealias ExtraTreesRegressorOptions = ForestRegressorOptions<ExtraTrees>

/// The options of a forest of classification trees.
public struct ForestOptions<Kind: ForestKind>: ClassifierOptions, ForestGrowing {
    /// The number of trees.
    public var nEstimators: Int
    /// The measure of impurity.
    public var criterion: ImpurityCriterion
    /// The limits of the growth of each tree.
    public var growth: TreeGrowth
    /// Whether each tree is grown on rows drawn with replacement.
    public var bootstrap: Bool
    /// Whether the out-of-bag predictions are computed. Needs `bootstrap`.
    public var oobScore: Bool
    /// The number of rows that are drawn for each tree; nil for the number of rows.
    public var maxSamples: SampleCount?
    /// The weights of the classes; nil for equal weights.
    public var classWeight: TreeClassWeight?

    /// Creates options.
    public init(
        nEstimators: Int = 100, criterion: ImpurityCriterion = .gini,
        growth: TreeGrowth = TreeGrowth(maxFeatures: .sqrt), bootstrap: Bool = !Kind.isRandom,
        oobScore: Bool = false,
        maxSamples: SampleCount? = nil, classWeight: TreeClassWeight? = nil
    ) {
        self.nEstimators = nEstimators
        self.criterion = criterion
        self.growth = growth
        self.bootstrap = bootstrap
        self.oobScore = oobScore
        self.maxSamples = maxSamples
        self.classWeight = classWeight
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> ForestClassifier {
        try ClassPlan(forest: plan(Kind.self), criterion: criterion, classWeight: classWeight).fit(
            x, labels: labels, classes: classes, weights: weights, generator: generator)
    }
}

/// The options of a forest of regression trees.
public struct ForestRegressorOptions<Kind: ForestKind>: RegressorOptions, ForestGrowing {
    /// The number of trees.
    public var nEstimators: Int
    /// The limits of the growth of each tree.
    public var growth: TreeGrowth
    /// Whether each tree is grown on rows drawn with replacement.
    public var bootstrap: Bool
    /// Whether the out-of-bag predictions are computed. Needs `bootstrap`.
    public var oobScore: Bool
    /// The number of rows that are drawn for each tree; nil for the number of rows.
    public var maxSamples: SampleCount?

    /// Creates options.
    public init(
        nEstimators: Int = 100, growth: TreeGrowth = TreeGrowth(), bootstrap: Bool = !Kind.isRandom,
        oobScore: Bool = false, maxSamples: SampleCount? = nil
    ) {
        self.nEstimators = nEstimators
        self.growth = growth
        self.bootstrap = bootstrap
        self.oobScore = oobScore
        self.maxSamples = maxSamples
    }

    public func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> ForestRegressor {
        try RegressionPlan(forest: plan(Kind.self)).fit(
            x, targets: targets, weights: weights, generator: generator)
    }
}
