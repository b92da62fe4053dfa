/// The options of gradient boosting. Names, defaults and meaning are those of LightGBM.
public struct BoostingParameters: Sendable, Equatable {
    /// The number of iterations. Each adds one tree, or one tree per class if there are more than two.
    public var nEstimators: Int
    /// The factor of the values of each tree.
    public var learningRate: Double
    /// The largest number of leaves of a tree. The leaf with the largest gain is split first.
    public var numLeaves: Int
    /// The largest depth of a tree; nil for no limit.
    public var maxDepth: Int?
    /// The smallest number of rows of a leaf.
    public var minDataInLeaf: Int
    /// The smallest sum of the second derivatives of a leaf.
    public var minSumHessianInLeaf: Double
    /// The weight of L1 regularization of the leaf values.
    public var lambdaL1: Double
    /// The weight of L2 regularization of the leaf values.
    public var lambdaL2: Double
    /// The smallest gain that justifies a split.
    public var minGainToSplit: Double
    /// The fraction of the features that are drawn for each tree.
    public var featureFraction: Double
    /// The fraction of the rows that are drawn, without replacement, every `baggingFreq` iterations.
    public var baggingFraction: Double
    /// The number of iterations between two draws of rows; 0 for no bagging.
    public var baggingFreq: Int
    /// The largest number of bins of a feature, at most 255.
    public var maxBin: Int
    /// The smallest number of rows of a bin.
    public var minDataInBin: Int
    /// Training with a validation set stops when its loss has not improved for this number of iterations; nil for
    /// never.
    public var earlyStoppingRounds: Int?

    /// Creates options.
    public init(
        nEstimators: Int = 100, learningRate: Double = 0.1, numLeaves: Int = 31, maxDepth: Int? = nil,
        minDataInLeaf: Int = 20, minSumHessianInLeaf: Double = 1e-3, lambdaL1: Double = 0,
        lambdaL2: Double = 0, minGainToSplit: Double = 0, featureFraction: Double = 1,
        baggingFraction: Double = 1, baggingFreq: Int = 0, maxBin: Int = 255, minDataInBin: Int = 3,
        earlyStoppingRounds: Int? = nil
    ) {
        (self.nEstimators, self.learningRate) = (nEstimators, learningRate)
        (self.numLeaves, self.maxDepth) = (numLeaves, maxDepth)
        (self.minDataInLeaf, self.minSumHessianInLeaf) = (minDataInLeaf, minSumHessianInLeaf)
        (self.lambdaL1, self.lambdaL2, self.minGainToSplit) = (lambdaL1, lambdaL2, minGainToSplit)
        (self.featureFraction, self.baggingFraction) = (featureFraction, baggingFraction)
        (self.baggingFreq, self.maxBin, self.minDataInBin) = (baggingFreq, maxBin, minDataInBin)
        self.earlyStoppingRounds = earlyStoppingRounds
    }

    /// Throws if an option is outside its range.
    func check() throws(FittingError) {
        func check(_ valid: Bool, _ name: String, _ found: Any, _ allowed: String) throws(FittingError) {
            if !valid { throw FittingError("\"\(name)\"", found: "\(found)", allowed: allowed) }
        }
        func checkShare(_ value: Double, _ name: String) throws(FittingError) {
            try check(value > 0 && value <= 1, name, value, "a fraction above 0 and at most 1")
        }
        func checkPositive(_ value: Double, _ name: String) throws(FittingError) {
            try check(value >= 0 && value.isFinite, name, value, "a finite value, at least 0")
        }
        try check(nEstimators >= 1, "n_estimators", nEstimators, "at least 1")
        try check(
            learningRate > 0 && learningRate.isFinite, "learning_rate", learningRate, "a finite value above 0"
        )
        try check((2...1 << 17).contains(numLeaves), "num_leaves", numLeaves, "a number in 2...131072")
        try check(maxDepth ?? 1 >= 1, "max_depth", maxDepth ?? 0, "at least 1, or nil")
        try check(minDataInLeaf >= 1, "min_data_in_leaf", minDataInLeaf, "at least 1")
        try checkPositive(minSumHessianInLeaf, "min_sum_hessian_in_leaf")
        try checkPositive(lambdaL1, "lambda_l1")
        try checkPositive(lambdaL2, "lambda_l2")
        try checkPositive(minGainToSplit, "min_gain_to_split")
        try checkShare(featureFraction, "feature_fraction")
        try checkShare(baggingFraction, "bagging_fraction")
        try check(baggingFreq >= 0, "bagging_freq", baggingFreq, "at least 0")
        try check((2...255).contains(maxBin), "max_bin", maxBin, "a number in 2...255")
        try check(minDataInBin >= 1, "min_data_in_bin", minDataInBin, "at least 1")
        try check(
            earlyStoppingRounds ?? 1 >= 1, "early_stopping_rounds", earlyStoppingRounds ?? 0, "at least 1")
    }
}

/// Options with `BoostingParameters`, whose properties are also properties of the options.
@dynamicMemberLookup
public protocol BoostingOptions {
    /// The parameters of gradient boosting.
    var parameters: BoostingParameters { get set }
}

extension BoostingOptions {
    /// A property of `parameters`.
    public subscript<Value>(dynamicMember keyPath: WritableKeyPath<BoostingParameters, Value>) -> Value {
        get { parameters[keyPath: keyPath] }
        set { parameters[keyPath: keyPath] = newValue }
    }
}

/// The mean loss after each iteration.
public struct BoostingHistory: Sendable, Equatable {
    /// The loss of the training set.
    public internal(set) var training: [Double] = []
    /// The loss of the validation set.
    public internal(set) var validation: [Double] = []
    /// The number of iterations that were kept.
    public internal(set) var iterations = 0
}
