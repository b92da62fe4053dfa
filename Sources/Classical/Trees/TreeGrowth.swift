/// The options of decision trees that limit their growth. Names, defaults and meaning are those of scikit-learn.
public struct TreeGrowth: Sendable, Equatable {
    /// The largest depth; nil for no limit. A tree of depth 0 is a single leaf.
    public var maxDepth: Int?
    /// The smallest number of rows that a node needs to be split.
    public var minSamplesSplit: SampleCount
    /// The smallest number of rows of a leaf.
    public var minSamplesLeaf: SampleCount
    /// The smallest fraction of the total weight of a leaf, in 0...0.5.
    public var minWeightFractionLeaf: Double
    /// The number of features that are drawn at random for each split.
    public var maxFeatures: MaxFeatures
    /// The largest number of leaves; nil for no limit. With a limit, the node with the largest decrease in impurity is
    /// split first.
    public var maxLeafNodes: Int?
    /// The smallest decrease in impurity, weighted by the fraction of the rows in the node, that justifies a split.
    public var minImpurityDecrease: Double
    /// The complexity parameter of minimal cost-complexity pruning; 0 for no pruning.
    public var ccpAlpha: Double

    /// Creates options.
    public init(
        maxDepth: Int? = nil, minSamplesSplit: SampleCount = .count(2),
        minSamplesLeaf: SampleCount = .count(1),
        minWeightFractionLeaf: Double = 0, maxFeatures: MaxFeatures = .all, maxLeafNodes: Int? = nil,
        minImpurityDecrease: Double = 0, ccpAlpha: Double = 0
    ) {
        (self.maxDepth, self.minSamplesSplit, self.minSamplesLeaf) = (
            maxDepth, minSamplesSplit, minSamplesLeaf
        )
        (self.minWeightFractionLeaf, self.maxFeatures) = (minWeightFractionLeaf, maxFeatures)
        (self.maxLeafNodes, self.minImpurityDecrease) = (maxLeafNodes, minImpurityDecrease)
        self.ccpAlpha = ccpAlpha
    }
}

/// A number of rows, or a fraction of all rows.
public enum SampleCount: Sendable, Equatable {
    /// A number of rows.
    case count(Int)
    /// A fraction of all rows, above 0 and at most 1.
    case fraction(Double)
}

/// The number of features that are drawn at random for each split.
public enum MaxFeatures: Sendable, Equatable {
    /// All features.
    case all
    /// The square root of the number of features.
    case sqrt
    /// The binary logarithm of the number of features.
    case log2
    /// A number of features.
    case count(Int)
    /// A fraction of the features, above 0 and at most 1.
    case fraction(Double)
}

/// The measure of the impurity of a node of a classification tree.
public enum ImpurityCriterion: String, Sendable, Equatable, CaseIterable {
    /// The Gini impurity.
    case gini
    /// The entropy in bits.
    case entropy
    /// The same as `entropy`.
    case logLoss = "log_loss"
}

/// The weight of each class in a tree or a forest.
public enum TreeClassWeight: Sendable, Equatable {
    /// Weights that are inversely proportional to the number of rows of the class.
    case balanced
    /// The same as `balanced`, computed from the bootstrap sample of each tree.
    case balancedSubsample
    /// One weight per class.
    case given([Double])
}

/// Options with a `TreeGrowth`, whose properties are also properties of the options.
@dynamicMemberLookup
public protocol TreeGrowing {
    /// The limits of the growth of each tree.
    var growth: TreeGrowth { get set }
}

/// The options of a forest, for classification or regression.
public protocol ForestGrowing: TreeGrowing {
    /// The number of trees.
    var nEstimators: Int { get set }
    /// Whether each tree is grown on rows drawn with replacement.
    var bootstrap: Bool { get set }
    /// Whether the out-of-bag predictions are computed. Needs `bootstrap`.
    var oobScore: Bool { get set }
    /// The number of rows that are drawn for each tree; nil for the number of rows.
    var maxSamples: SampleCount? { get set }
}

extension TreeGrowing {
    /// A property of `growth`.
    public subscript<Value>(dynamicMember keyPath: WritableKeyPath<TreeGrowth, Value>) -> Value {
        get { growth[keyPath: keyPath] }
        set { growth[keyPath: keyPath] = newValue }
    }
}
