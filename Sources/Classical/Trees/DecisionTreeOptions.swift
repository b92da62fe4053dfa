import Autograd

/// The options of a decision tree, after scikit-learn.
public struct DecisionTreeOptions: ClassifierOptions, TreeSplitting {
    /// How the threshold of a feature is found.
    public var splitter: TreeSplitter
    /// The measure of impurity.
    public var criterion: ImpurityCriterion
    /// The limits of the growth of each tree.
    public var growth: TreeGrowth
    /// The weights of the classes; nil for equal weights.
    public var classWeight: TreeClassWeight?

    /// Creates options.
    public init(
        splitter: TreeSplitter = .best, criterion: ImpurityCriterion = .gini,
        growth: TreeGrowth = TreeGrowth(), classWeight: TreeClassWeight? = nil
    ) {
        self.splitter = splitter
        self.criterion = criterion
        self.growth = growth
        self.classWeight = classWeight
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> ForestClassifier {
        try ClassPlan(forest: plan, criterion: criterion, classWeight: classWeight).fit(
            x, labels: labels, classes: classes, weights: weights, generator: generator)
    }
}

/// The options of a decision tree, for regression, after scikit-learn.
public struct DecisionTreeRegressorOptions: RegressorOptions, TreeSplitting {
    /// How the threshold of a feature is found.
    public var splitter: TreeSplitter
    /// The limits of the growth of each tree.
    public var growth: TreeGrowth

    /// Creates options.
    public init(
        splitter: TreeSplitter = .best, growth: TreeGrowth = TreeGrowth()
    ) {
        self.splitter = splitter
        self.growth = growth
    }

    public func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> ForestRegressor {
        try RegressionPlan(forest: plan).fit(
            x, targets: targets, weights: weights, generator: generator)
    }
}

/// The options of a single decision tree, for classification or regression.
public protocol TreeSplitting: TreeGrowing {
    /// How the threshold of a feature is found.
    var splitter: TreeSplitter { get set }
}

extension TreeSplitting {
    /// A forest of one tree.
    fileprivate var plan: ForestPlan {
        ForestPlan(
            trees: 1, growth: growth, isRandom: splitter == .random, bootstrap: false, maxSamples: nil,
            outOfBag: false)
    }
}

/// How the threshold of a feature is found.
public enum TreeSplitter: String, Sendable, Equatable, CaseIterable {
    /// The best threshold.
    case best
    /// A threshold drawn at random.
    case random
}
