import Autograd

/// The options of gradient boosting for classification, after LightGBM: histograms of at most 255 bins, and trees whose
/// leaf with the largest gain is split first.
public struct GradientBoostingOptions: ClassifierOptions, BoostingOptions {
    /// The parameters of gradient boosting.
    public var parameters: BoostingParameters

    /// Creates options.
    public init(_ parameters: BoostingParameters = BoostingParameters()) { self.parameters = parameters }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> BoostingClassifier {
        try fit(x, labels: labels, classes: classes, weights: weights, generator: generator, held: nil).model
    }

    /// Fits a classifier and evaluates it on a validation set after each iteration. With `earlyStoppingRounds`, the
    /// iterations after the one with the lowest validation loss are dropped.
    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?,
        validation: (x: Matrix, labels: [Int]), generator: RandomGenerator
    ) throws(FittingError) -> (model: BoostingClassifier, history: BoostingHistory) {
        try validation.x.check(validationOf: x)
        guard validation.labels.count == validation.x.rows,
            validation.labels.allSatisfy({ (0..<classes).contains($0) })
        else {
            throw FittingError(
                "the labels of the validation set", found: "\(validation.labels.count) labels",
                allowed: "\(validation.x.rows) classes in 0..<\(classes)")
        }
        return try fit(
            x, labels: labels, classes: classes, weights: weights, generator: generator, held: validation)
    }

    private func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator,
        held: (x: Matrix, labels: [Int])?
    ) throws(FittingError) -> (model: BoostingClassifier, history: BoostingHistory) {
        try x.check(labels: labels, classes: classes, weights: weights)
        if classes == 2 {
            return try train(x, generator, held?.x, LogisticObjective(labels: labels, weights: weights)) {
                LogisticObjective(labels: held?.labels ?? [], weights: nil)
            }
        }
        return try train(
            x, generator, held?.x, SoftmaxObjective(outputs: classes, labels: labels, weights: weights)
        ) {
            SoftmaxObjective(outputs: classes, labels: held?.labels ?? [], weights: nil)
        }
    }

    private func train<Objective: BoostingObjective>(
        _ x: Matrix, _ generator: RandomGenerator, _ held: Matrix?, _ objective: Objective,
        _ heldObjective: () -> Objective
    ) throws(FittingError) -> (model: BoostingClassifier, history: BoostingHistory) {
        let trainer = BoostingTrainer(objective: objective, parameters: parameters)
        let result = try trainer.train(
            x, generator: generator, validation: held.map { ($0, heldObjective()) })
        let model = BoostingClassifier(
            result.ensemble, baseline: result.baseline, gains: result.gains)
        return (model, result.history)
    }
}

/// The options of gradient boosting for regression with the squared error, after LightGBM.
public struct GradientBoostingRegressorOptions: RegressorOptions, BoostingOptions {
    /// The parameters of gradient boosting.
    public var parameters: BoostingParameters

    /// Creates options.
    public init(_ parameters: BoostingParameters = BoostingParameters()) { self.parameters = parameters }

    public func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> BoostingRegressor {
        try fit(x, targets: targets, weights: weights, generator: generator, held: nil).model
    }

    /// Fits a model and evaluates it on a validation set after each iteration; see `GradientBoostingOptions`.
    public func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, validation: (x: Matrix, targets: [Double]),
        generator: RandomGenerator
    ) throws(FittingError) -> (model: BoostingRegressor, history: BoostingHistory) {
        try validation.x.check(validationOf: x)
        try validation.x.check(targets: validation.targets, weights: nil)
        return try fit(x, targets: targets, weights: weights, generator: generator, held: validation)
    }

    private func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, generator: RandomGenerator,
        held: (x: Matrix, targets: [Double])?
    ) throws(FittingError) -> (model: BoostingRegressor, history: BoostingHistory) {
        try x.check(targets: targets, weights: weights)
        let trainer = BoostingTrainer(
            objective: SquaredErrorObjective(targets: targets, weights: weights), parameters: parameters)
        let validation = held.map { ($0.x, SquaredErrorObjective(targets: $0.targets, weights: nil)) }
        let result = try trainer.train(x, generator: generator, validation: validation)
        let model = BoostingRegressor(
            result.ensemble, baseline: result.baseline[0], gains: result.gains)
        return (model, result.history)
    }
}

extension Matrix {
    /// Throws if the matrix cannot be the validation set of a training set.
    func check(validationOf training: Matrix) throws(FittingError) {
        try check()
        guard columns == training.columns else {
            throw FittingError(
                "the validation set", found: "\(columns) columns", allowed: "\(training.columns) columns")
        }
    }
}
