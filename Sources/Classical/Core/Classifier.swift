import Autograd

/// The options of a classifier, which `fit` turns into a fitted one.
public protocol ClassifierOptions: Sendable, Equatable {
    /// The fitted classifier.
    associatedtype Fitted: Classifier

    /// Fits a classifier. The result depends on the arguments alone and not on the number of threads.
    ///
    /// - Parameters:
    ///   - x: One row per example; all values must be finite.
    ///   - labels: The class of each row, in `0..<classes`. Some classes may have no row.
    ///   - weights: The weight of each row; nil for equal weights.
    ///   - generator: The source of every random choice.
    func fit(
        _ x: Matrix, labels: [Int], classes: Int, weights: [Double]?, generator: RandomGenerator
    ) throws(FittingError) -> Fitted
}

/// A fitted classifier.
public protocol Classifier: FittedModel {
    /// The number of classes, and of columns of `probabilities`.
    var classes: Int { get }

    /// Returns the class probabilities of each row.
    func probabilities(_ x: Matrix) -> Matrix

    /// Returns a score per class and row; the largest is that of the predicted class. Log-probabilities where the
    /// classifier has probabilities.
    func scores(_ x: Matrix) -> Matrix
}
