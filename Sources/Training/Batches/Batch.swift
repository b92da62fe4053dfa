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
    /// Whether examples have the same inputs in every epoch, so that the outputs of frozen layers can be kept by their ids.
    public var isFixed: Bool
    /// The domain of each example, for an alignment of domains; empty for none.
    public var domains: [Int] = []

    /// Creates a batch. `inputs`, `targets` and `ids` must have the same number of examples.
    public init(inputs: Signal, targets: Targets, ids: [String], isFixed: Bool = false) {
        self.isFixed = isFixed
        self.inputs = inputs
        self.targets = targets
        self.ids = ids
    }
}
