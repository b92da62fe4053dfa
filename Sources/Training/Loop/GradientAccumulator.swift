import Autograd

/// Adds up the gradients of several small batches, so that one step sees what a large batch would give it.
public struct GradientAccumulator {
    /// How many batches make a step.
    public let batches: Int
    private let parameters: [Parameter]
    private var sum: Gradients?
    private var weight = 0.0
    private var taken = 0

    /// The parameters whose gradients are added up; `batches` has to be at least 1.
    public init(_ parameters: [Parameter], batches: Int) {
        require(batches >= 1, "GradientAccumulator: expected at least 1 batch, found \(batches)")
        self.parameters = parameters
        self.batches = batches
    }

    /// Whether batches wait for others.
    public var isPending: Bool { taken > 0 }

    /// Takes the gradients of a batch's mean loss; `weight` is what that mean divides by (see `LossSpec.weight`).
    /// Returns the gradients of all batches' mean with every `batches`-th call, nil otherwise.
    public mutating func add(_ gradients: Gradients, weight: Double = 1) -> Gradients? {
        var gradients = gradients
        if batches > 1 { gradients.scale(parameters, by: weight) }
        self.weight += weight
        taken += 1
        if sum == nil { sum = gradients } else { sum?.add(gradients) }
        return taken == batches ? flush() : nil
    }

    /// The gradients of the mean over the batches that wait, for the rest of an epoch; nil where none waits.
    public mutating func flush() -> Gradients? {
        guard var result = sum else { return nil }
        if batches > 1, weight > 0 { result.scale(parameters, by: 1 / weight) }
        (sum, weight, taken) = (nil, 0, 0)
        return result
    }
}
