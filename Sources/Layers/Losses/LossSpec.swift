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
    func check(_ output: [Int]) throws(ShapeProblem)
    /// Returns the loss with options such as balanced class weights resolved for training data with these class counts.
    func fitted(classCounts: [Int]) -> Self
    /// Whether the outputs are class scores. True by default.
    var scoresClasses: Bool { get }
}

extension LossSpec {
    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor { each(outputs, targets).mean() }
    public func mean(_ outputs: Signal, _ targets: Targets) -> Tensor { mean(outputs.tensor, targets) }
    public func weight(_ outputs: Tensor, _ targets: Targets) -> Double { Double(outputs.shape.first ?? 1) }
    public func check(_ output: [Int]) throws(ShapeProblem) {}
    public func fitted(classCounts: [Int]) -> Self { self }
    public var scoresClasses: Bool { true }
}

/// The registry of losses that a config can name. Add custom ones with `LossKinds.register`.
public enum LossKinds: Registry {
    /// The common type of all entries.
    public typealias Value = any LossSpec

    public static var noun: String { "loss" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            CrossEntropyLoss.self, FocalLoss.self, BinaryLoss.self, KLLoss.self, MeanSquaredLoss.self,
            MeanAbsoluteLoss.self, HuberLoss.self, SupervisedContrastiveLoss.self, CTCLoss.self,
        ]
    }
}

/// A loss of any registered type, as an option.
public typealias AnyLoss = Tagged<LossKinds>

extension Tensor {
    /// Returns the mean of each example: [batch, ...] to [batch].
    public func meanOfExamples() -> Tensor { rank <= 1 ? self : mean(axes: Array(1..<rank)) }
}
