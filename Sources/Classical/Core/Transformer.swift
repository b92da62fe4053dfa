import Autograd

/// The options of a step before a model, such as scaling.
public protocol TransformerOptions: Sendable, Equatable {
    /// The fitted step.
    associatedtype Fitted: Transformer

    /// Fits the step to the rows of the training set. `labels` are used by supervised selection only.
    func fit(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> Fitted
}

/// A fitted step before a model.
public protocol Transformer: FittedModel {
    /// The number of columns of the result.
    var outputs: Int { get }

    /// Returns the transformed rows.
    func transform(_ x: Matrix) -> Matrix
}
