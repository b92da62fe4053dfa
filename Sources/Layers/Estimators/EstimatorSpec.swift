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
    func outputs(inputs: Int) throws(LayerError) -> Int

    /// Throws if a fitted model does not have the options' number of outputs. Accepts every model by default.
    func check(_ model: Fitted) throws(FittingError)
}

/// The classes, weights and validation rows for fitting a model.
public struct FittingRows: Sendable {
    /// The class of each row.
    public var labels: [Int]
    /// The number of classes.
    public var classes: Int
    /// The weight of each row; nil for equal weights.
    public var weights: [Double]?
    /// The values of each row for each output; NaN where it has none. Empty if the model learns `labels`.
    public var outputs: [[Double]] = []
    /// Validation rows with their classes and outputs; nil if there are none.
    public var validation: (rows: Matrix, labels: [Int], outputs: [[Double]])?

    /// Takes the classes from the outputs, if there are any: the largest of one output per class, or whether a single output is at
    /// least 0.5. Leaves out rows without a class, of `rows` as well.
    mutating func takeLabels(_ rows: inout Matrix) {
        guard let width = outputs.first?.count else { return }
        classes = max(width, 2)
        let known = Self.labels(outputs)
        labels = known.labels
        if known.rows.count < rows.rows {
            rows = rows.rows(known.rows)
            weights = weights.map { weights in known.rows.map { weights[$0] } }
        }
        guard let validation else { return }
        let held = Self.labels(validation.outputs)
        self.validation = held.rows.isEmpty ? nil : (validation.rows.rows(held.rows), held.labels, [])
    }

    private static func labels(_ outputs: [[Double]]) -> (labels: [Int], rows: [Int]) {
        let kept = outputs.indices.filter { !outputs[$0].contains(where: \.isNaN) }
        return (
            kept.map { row in
                let own = outputs[row]
                if own.count == 1 { return own[0] >= 0.5 ? 1 : 0 }
                return own.indices.max { own[$0] < own[$1] || own[$0] == own[$1] && $0 > $1 } ?? 0
            }, kept
        )
    }
}

extension EstimatorSpec {
    public func check(_ model: Fitted) throws(FittingError) {}

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        var plan = LayerPlan(output: [try outputs(inputs: product(input))])
        plan.hasEstimator = true
        return plan
    }

    public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
        Estimator(self, inputs: product(input))
    }
}

/// The options of an estimator whose outputs are those of the model.
public protocol LearnerSpec: EstimatorSpec {
    /// The number of outputs.
    var units: Units { get }
}

/// The options of an estimator whose keys are those of the options of its model.
public protocol PlainLearnerSpec: LearnerSpec {
    /// The type of the options of the model.
    associatedtype Options
    /// The options of the model.
    var options: Options { get set }
}

extension LearnerSpec {
    public func outputs(inputs: Int) throws(LayerError) -> Int { try units.known(Self.type) }
}

extension LayerSpec {
    /// The number of outputs of the estimators at the end of a model; nil if there are none, or if the number depends on the data.
    public var learnedOutputs: Int? {
        func number(_ units: Units) -> Int? { if case .number(let count) = units { count } else { nil } }
        switch self {
        case let learner as any LearnerSpec: return number(learner.units)
        case let multiple as MultiOutput.Spec: return number(multiple.units)
        case let sequential as Sequential.Spec: return sequential.layers.last?.value.learnedOutputs
        case let voting as Voting.Spec: return voting.estimators.first?.value.learnedOutputs
        case let branches as Branches.Spec:
            let counts = branches.branches.map { $0.value.learnedOutputs }
            guard branches.join == .concatenate else { return counts.first ?? nil }
            return counts.contains(nil) ? nil : counts.reduce(0) { min($0, 1 << 32) + min($1 ?? 0, 1 << 32) }
        default: return nil
        }
    }
}

/// The options of a classifier as a layer: [...] to [classes]. Its outputs are scores, whose softmax gives the class
/// probabilities if the classifier has probabilities.
public protocol ClassifierSpec: LearnerSpec where Fitted == Options.Fitted {
    /// The options of the classifier.
    associatedtype Options: ClassifierOptions

    /// The options of the classifier.
    var options: Options { get }
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
    public func outputs(inputs: Int) throws(LayerError) -> Int { inputs }
}

/// The outputs of classifiers as layers.
package enum EstimatorOutputs {
    /// The smallest probability behind an output: a finite logarithm can be averaged with the outputs of other models.
    package static let leastProbability = 1e-10
    /// The smallest output, the logarithm of `leastProbability`.
    package static let least = -23.025850929940457
}
