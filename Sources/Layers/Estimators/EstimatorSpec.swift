import Autograd
import Classical
import Configuration

/// The options of a layer that wraps a model of the module Classical: a classifier, or a step before one.
public protocol EstimatorSpec: LayerSpec {
    /// The fitted model.
    associatedtype Fitted: FittedModel

    /// Fits the model to rows of values.
    func fit(
        _ rows: Matrix, _ examples: FittingRows, generator: RandomGenerator
    ) throws(FittingError) -> Fitted

    /// Returns the outputs of the fitted model, one row per row.
    static func outputs(of model: Fitted, _ rows: Matrix) -> Matrix

    /// The number of outputs for a number of inputs.
    func outputs(inputs: Int) throws(ShapeProblem) -> Int
}

/// The classes, weights and validation rows for fitting a model.
public struct FittingRows: Sendable {
    /// The class of each row.
    public var labels: [Int]
    /// The number of classes.
    public var classes: Int
    /// The weight of each row; nil for equal weights.
    public var weights: [Double]?
    /// Validation rows with their classes; nil if there are none.
    public var validation: (rows: Matrix, labels: [Int])?
}

extension EstimatorSpec {
    public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
        LayerPlan(output: [try outputs(inputs: product(input))])
    }

    public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
        Estimator(self, inputs: product(input))
    }
}

/// The options of a classifier as a layer: [...] to [classes]. Its outputs are scores, whose softmax gives the class
/// probabilities if the classifier has probabilities.
public protocol ClassifierSpec: EstimatorSpec where Fitted == Options.Fitted {
    /// The options of the classifier.
    associatedtype Options: ClassifierOptions

    /// The options of the classifier.
    var options: Options { get }
    /// The number of classes.
    var units: Units { get }
    /// Why the outputs are decision values instead of logarithms of probabilities; nil if they are such logarithms.
    var decisionValues: String? { get }
}

extension ClassifierSpec {
    public var decisionValues: String? { nil }

    public func fit(
        _ rows: Matrix, _ examples: FittingRows, generator: RandomGenerator
    ) throws(FittingError) -> Fitted {
        try options.fit(
            rows, labels: examples.labels, classes: examples.classes, weights: examples.weights,
            generator: generator)
    }

    public static func outputs(of model: Fitted, _ rows: Matrix) -> Matrix {
        var scores = model.scores(rows)
        for index in scores.values.indices {
            scores.values[index] = max(scores.values[index], EstimatorOutputs.least)
        }
        return scores
    }

    public func outputs(inputs: Int) throws(ShapeProblem) -> Int { try units.known(Self.type) }

    /// The field for the number of classes, which every classifier has.
    static func unitsField(_ path: WritableKeyPath<Self, Units> & Sendable) -> Field<Self> {
        .init(
            "units", path, "Number of outputs: \"classes\" for the number of classes in the data.",
            .atLeast(2))
    }
}

/// The options of a preprocessing step as a layer: [...] to [outputs].
public protocol StepSpec: EstimatorSpec where Fitted == Options.Fitted {
    /// The options of the step.
    associatedtype Options: TransformerOptions

    /// The options of the step.
    var options: Options { get }
}

extension StepSpec {
    public func fit(
        _ rows: Matrix, _ examples: FittingRows, generator: RandomGenerator
    ) throws(FittingError) -> Fitted {
        try options.fit(rows, labels: examples.labels, classes: examples.classes, generator: generator)
    }

    public static func outputs(of model: Fitted, _ rows: Matrix) -> Matrix { model.transform(rows) }
    public func outputs(inputs: Int) throws(ShapeProblem) -> Int { inputs }
}

/// The outputs of classifiers as layers.
package enum EstimatorOutputs {
    /// The smallest probability behind an output: a finite logarithm can be averaged with the outputs of other models.
    package static let leastProbability = 1e-10
    /// The smallest output, the logarithm of `leastProbability`.
    package static let least = -23.025850929940457
}
