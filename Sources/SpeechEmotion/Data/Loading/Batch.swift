import Layers

/// Some examples at once.
public struct Batch: Sendable {
    public var inputs: Signal
    public var targets: Targets
    /// What the examples are called, for messages about them.
    public var ids: [String]

    /// Examples with their targets; as many of each.
    public init(inputs: Signal, targets: Targets, ids: [String]) {
        self.inputs = inputs
        self.targets = targets
        self.ids = ids
    }
}

/// Where batches to train on come from. The same epoch and place always give the same batch.
public protocol TrainingBatches: AnyObject {
    /// How many batches an epoch has.
    var count: Int { get }
    /// A batch of an epoch, both from 0. They are asked for in order, beginning anywhere after a resume.
    func batch(epoch: Int, index: Int) throws -> Batch
}

/// Examples that are looked at without being trained on, always in the same order.
public protocol EvaluationBatches: AnyObject {
    var count: Int { get }
    func batch(_ index: Int) throws -> Batch
}
