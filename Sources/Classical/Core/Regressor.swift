import Autograd

/// The options of a regression model, which `fit` turns into a fitted one.
public protocol RegressorOptions: Sendable, Equatable {
    /// The fitted model.
    associatedtype Fitted: Regressor

    /// Fits a model to one target value per row; see `ClassifierOptions.fit`.
    func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> Fitted
}

/// A fitted regression model.
public protocol Regressor: FittedModel {
    /// Returns the predicted value of each row.
    func predictions(_ x: Matrix) -> [Double]
}
