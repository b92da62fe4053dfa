import Autograd
import Layers

/// A batch of examples with their targets.
public struct Batch: Sendable {
    /// The features, [batch, ...]; sequences carry the number of valid steps of each example.
    public var inputs: Signal
    /// The class label or target values of each example.
    public var targets: Targets
    /// The identifiers of the examples, used in messages.
    public var ids: [String]

    /// Creates a batch. `inputs`, `targets` and `ids` must have the same number of examples.
    public init(inputs: Signal, targets: Targets, ids: [String]) {
        self.inputs = inputs
        self.targets = targets
        self.ids = ids
    }
}
