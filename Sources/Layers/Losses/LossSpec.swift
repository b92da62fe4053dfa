import Autograd
import Configuration

/// A loss function and its options.
public protocol LossSpec: TaggedOptions {
    /// Returns the loss of each example, [batch].
    func each(_ outputs: Tensor, _ targets: Targets) -> Tensor
    /// Returns the mean loss of the batch, a scalar.
    func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor
    /// Returns the mean loss of outputs with their lengths, for losses of sequences. Ignores the lengths by default.
    func mean(_ outputs: Signal, _ targets: Targets) -> Tensor
    /// Returns the divisor of `mean`, by which the means of several batches are weighted.
    func weight(_ outputs: Tensor, _ targets: Targets) -> Double
    /// Throws if the loss does not accept a model output of this shape, without the batch axis.
    func check(_ output: [Int]) throws(LayerError)
    /// Returns the loss with options such as balanced class weights resolved for training data with these class counts.
    func fitted(classCounts: [Int]) -> Self
    /// Whether the outputs are class scores. True by default.
    var scoresClasses: Bool { get }
    /// Whether the loss suits targets that are numbers. False by default.
    var scoresNumbers: Bool { get }
    /// Whether the loss of a batch is more than the mean of the losses of its examples, as with correlations. It is then evaluated on
    /// all examples together. False by default.
    var comparesExamples: Bool { get }
    /// The parameters of the loss itself, which are trained with the model. None by default.
    var parameters: [(name: String, parameter: Parameter)] { get }
    /// Whether training has an accuracy, from `rightCount`. True by default.
    var hasAccuracy: Bool { get }
    /// Returns the number of examples whose class has the highest output.
    func rightCount(_ outputs: Tensor, _ targets: Targets) -> Int
}

extension LossSpec {
    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor { each(outputs, targets).mean() }
    public func mean(_ outputs: Signal, _ targets: Targets) -> Tensor { mean(outputs.tensor, targets) }
    public func weight(_ outputs: Tensor, _ targets: Targets) -> Double { Double(outputs.shape.first ?? 1) }
    public func check(_ output: [Int]) throws(LayerError) {}
    public func fitted(classCounts: [Int]) -> Self { self }
    public var scoresClasses: Bool { true }
    public var scoresNumbers: Bool { false }
    public var comparesExamples: Bool { false }
    public var parameters: [(name: String, parameter: Parameter)] { [] }

    public var hasAccuracy: Bool { true }

    public func rightCount(_ outputs: Tensor, _ targets: Targets) -> Int {
        guard outputs.rank == 2, let classes = outputs.shape.last, classes > 1 else { return 0 }
        return zip(outputs.argmax(axis: -1).values, targets.labels().values).count { $0 == $1 }
    }
}

/// The registry of losses that a config can name. Add custom ones with `LossKinds.register`.
public enum LossKinds: Registry {
    /// The common type of all entries.
    public typealias Value = any LossSpec

    public static var noun: String { "loss" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            CrossEntropyLoss.self, FocalLoss.self, BinaryCrossEntropyLoss.self, KLDivergenceLoss.self,
            MeanSquaredErrorLoss.self,
            MeanAbsoluteErrorLoss.self, HuberLoss.self, ConcordanceLoss.self, PearsonLoss.self,
            SupervisedContrastiveLoss.self, CTCLoss.self,
        ]
    }
}

/// A loss of any registered type, as an option.
public typealias AnyLoss = Tagged<LossKinds>

extension Tensor {
    /// Returns the mean of each example: [batch, ...] to [batch].
    public func meanOfExamples() -> Tensor { rank <= 1 ? self : mean(axes: Array(1..<rank)) }
}
