import Autograd
import Configuration

/// A loss as a config names it: how far the outputs of a batch are from their targets.
public protocol LossSpec: TaggedOptions {
    /// The loss of every example: [batch].
    func each(_ outputs: Tensor, _ targets: Targets) -> Tensor
    /// The loss of the batch as one number, which training lowers.
    func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor
    /// What `mean` divides by. Means of several batches are put together in these shares.
    func weight(_ outputs: Tensor, _ targets: Targets) -> Double
    /// Checks the shape that a model gives, without the batch axis.
    func check(_ output: [Int]) throws(ShapeProblem)
    /// The same loss for training data with so many examples of each class, where its options depend on that.
    func fitted(classCounts: [Int]) -> Self
    /// Whether outputs that lower the loss say which class is the likeliest. True unless given.
    var scoresClasses: Bool { get }
}

extension LossSpec {
    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor { each(outputs, targets).mean() }
    public func weight(_ outputs: Tensor, _ targets: Targets) -> Double { Double(outputs.shape.first ?? 1) }
    public func check(_ output: [Int]) throws(ShapeProblem) {}
    public func fitted(classCounts: [Int]) -> Self { self }
    public var scoresClasses: Bool { true }
}

/// The losses that a config may name.
public enum LossKinds: Registry {
    /// What stands in a config is a loss.
    public typealias Value = any LossSpec

    public static var noun: String { "loss" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            CrossEntropyLoss.self, FocalLoss.self, BinaryLoss.self, KLLoss.self, MeanSquaredLoss.self,
            MeanAbsoluteLoss.self, HuberLoss.self, SupervisedContrastiveLoss.self,
        ]
    }
}

/// A loss of any kind inside a config.
public typealias AnyLoss = Tagged<LossKinds>

extension Layer {
    /// What this layer and all inside add to the loss, nil where that is nothing: sum l1 |w| + l2 w^2.
    public func penalty() -> Tensor? {
        var total: Tensor?
        for penalty in allPenalties {
            let weights = penalty.parameter.tensor
            if penalty.l1 > 0 { total.add(weights.abs().sum() * Real(penalty.l1)) }
            if penalty.l2 > 0 { total.add(weights.square().sum() * Real(penalty.l2)) }
        }
        return total
    }
}

extension Tensor? {
    fileprivate mutating func add(_ other: Tensor) { self = map { $0 + other } ?? other }
}

extension Tensor {
    /// The mean of each example's numbers: [batch, ...] to [batch].
    func meanOfExamples() -> Tensor { rank <= 1 ? self : mean(axes: Array(1..<rank)) }
}
