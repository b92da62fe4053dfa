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

/// What all fitted models have in common: they can be stored as named arrays.
///
/// A model file stores 32-bit floating-point values. A model that is read back from arrays rounded to `Float` must
/// decide like the original on inputs that are `Float` values: tree thresholds are therefore rounded down to `Float`
/// when they are stored, and indices stay below 2^24.
public protocol FittedModel: Sendable {
    /// The number of features that the model was fitted to.
    var features: Int { get }

    /// The arrays that determine the model, in a fixed order.
    var arrays: [NamedArray] { get }

    /// The size of the model for readers, such as "100 trees with 9,120 leaves, depth up to 21", the out-of-bag score if it was
    /// computed, and whether the optimization failed to converge. Empty by default.
    var size: String { get }

    /// Creates a model from its arrays. Throws if an array is missing, has another shape, or holds values that
    /// cannot belong to a model, such as a child node that does not exist.
    init(arrays: [NamedArray]) throws(FittingError)
}

/// An array of a fitted model.
public struct NamedArray: Sendable, Equatable {
    /// The name, unique within the model.
    public var name: String
    /// The sizes of the dimensions; `[]` for a single value.
    public var shape: [Int]
    /// The values, row by row.
    public var values: [Double]

    /// Creates an array.
    public init(_ name: String, shape: [Int], _ values: [Double]) {
        (self.name, self.shape, self.values) = (name, shape, values)
    }
}

extension [NamedArray] {
    /// Returns an array by name. Throws if it is missing or its values do not fill its shape.
    public func named(_ name: String) throws(FittingError) -> NamedArray {
        guard let array = first(where: { $0.name == name }) else {
            throw FittingError(
                "the array \"\(name)\"", found: "nothing", allowed: "an array of a fitted model")
        }
        guard array.shape.reduce(1, *) == array.values.count else {
            throw FittingError(
                "the array \"\(name)\"", found: "\(array.values.count) values",
                allowed: "as many as the shape \(array.shape) has")
        }
        return array
    }
}
