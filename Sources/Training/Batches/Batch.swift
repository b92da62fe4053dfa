import Autograd
import Layers

/// Some examples at once.
public struct Batch: Sendable {
    /// [batch, ...], with the valid frames of each where the features are sequences.
    public var inputs: Signal
    /// The class or the values of each example.
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
