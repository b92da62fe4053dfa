import Autograd

/// How the classification trees of a forest are grown.
struct ClassPlan {
    var forest: ForestPlan
    var criterion: ImpurityCriterion
    var classWeight: TreeClassWeight?

    /// Fits a forest; see `ClassifierOptions.fit`.
    func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> ForestClassifier {
        try x.check(labels: labels, classes: classes, weights: weights)
        try forest.check()
        guard classes < 1 << 16 else {
            throw FittingError("the classes", found: "\(classes)", allowed: "at most 65535")
        }
        if case .given(let given) = classWeight {
            guard given.count == classes, given.allSatisfy({ $0.isFinite && $0 >= 0 }),
                labels.contains(where: { given[$0] > 0 })
            else {
                throw FittingError(
                    "\"class_weight\"", found: "\(given)",
                    allowed: "\(classes) finite values, at least 0, one per class")
            }
        }
        let grown =
            switch criterion {
            case .gini: try grow(x, labels, classes, weights, generator, Gini.self)
            case .entropy, .logLoss: try grow(x, labels, classes, weights, generator, Entropy.self)
            }
        let ensemble = TreeEnsemble(
            grown.trees, features: x.columns, outputs: classes, leafWidth: classes)
        return ForestClassifier(
            ensemble, importances: ForestPlan.importances(grown.trees),
            outOfBag: forest.outOfBag ? OutOfBag(ensemble, x, labels: labels, bags: grown.bags) : nil)
    }

    private func grow<Impurity: ClassImpurity>(
        _ x: Matrix, _ labels: [Int], _ classes: Int, _ weights: [Double]?, _ generator: RandomGenerator,
        _ impurity: Impurity.Type
    ) throws(FittingError) -> (trees: [GrownTree], bags: [RowSet]) {
        let ofSubsample = classWeight == .balancedSubsample && forest.bootstrap
        let classFactors = ofSubsample ? nil : classFactors(labels, classes)
        let rowWeights =
            weights == nil && classFactors == nil
            ? nil
            : labels.indices.map { (weights?[$0] ?? 1) * (classFactors?[labels[$0]] ?? 1) }
        if forest.bootstrap {
            return try forest.grow(x, weights: rowWeights, generator: generator) { counts in
                let factors = ofSubsample ? Self.balanced(labels, counts ?? [], classes) : nil
                let targets = CountedClasses(
                    labels, counts: counts, classWeights: factors ?? Array(repeating: 1, count: classes))
                return ClassScorer(targets, classes: classes, impurity: impurity)
            }
        }
        guard weights != nil, let rowWeights else {
            let targets = CountedClasses(
                labels, counts: nil, classWeights: classFactors ?? Array(repeating: 1, count: classes))
            return try forest.grow(x, weights: rowWeights, generator: generator) { _ in
                ClassScorer(targets, classes: classes, impurity: impurity)
            }
        }
        let targets = WeightedClasses(labels, weights: rowWeights)
        return try forest.grow(x, weights: rowWeights, generator: generator) { _ in
            ClassScorer(targets, classes: classes, impurity: impurity)
        }
    }

    private func classFactors(_ labels: [Int], _ classes: Int) -> [Double]? {
        switch classWeight {
        case nil: nil
        case .given(let weights): weights
        case .balanced, .balancedSubsample:
            Self.balanced(labels, Array(repeating: 1, count: labels.count), classes)
        }
    }

    /// Weights that are inversely proportional to the number of rows of each class.
    private static func balanced(_ labels: [Int], _ counts: [UInt32], _ classes: Int) -> [Double] {
        var sums = Array(repeating: 0.0, count: classes)
        for (row, label) in labels.enumerated() { sums[label] += Double(counts[row]) }
        let present = sums.count { $0 > 0 }
        let total = sums.reduce(0, +)
        return sums.map { $0 > 0 ? total / (Double(present) * $0) : 0 }
    }
}

/// How the regression trees of a forest are grown.
struct RegressionPlan {
    var forest: ForestPlan

    /// Fits a forest; see `RegressorOptions.fit`.
    func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> ForestRegressor {
        try x.check(targets: targets, weights: weights)
        try forest.check()
        let grown = try forest.grow(x, weights: weights, generator: generator) { counts in
            SquaredErrorScorer(targets) { row in
                counts.map { Double($0[row]) } ?? weights?[row] ?? 1
            }
        }
        let ensemble = TreeEnsemble(grown.trees, features: x.columns, outputs: 1, leafWidth: 1)
        return ForestRegressor(
            ensemble, importances: ForestPlan.importances(grown.trees),
            outOfBag: forest.outOfBag ? OutOfBag(ensemble, x, targets: targets, bags: grown.bags) : nil)
    }
}

extension Matrix {
    /// Throws if the matrix cannot be used for regression with these targets and weights.
    func check(targets: [Double], weights: [Double]?) throws(FittingError) {
        guard targets.count == rows else {
            throw FittingError("the targets", found: "\(targets.count)", allowed: "\(rows), one per row")
        }
        if let row = targets.firstIndex(where: { !$0.isFinite }) {
            throw FittingError(
                "the target of row \(row)", found: "\(targets[row])", allowed: "a finite value")
        }
        try check(weights: weights)
    }
}
