import Autograd

/// Accumulates the gradients of several small batches, so that one optimizer step equals that of one large batch.
public struct GradientAccumulator {
    /// The number of batches per optimizer step.
    public let batches: Int
    private let parameters: [Parameter]
    private var sum: Gradients?
    private var weight = 0.0
    private var taken = 0

    /// Creates an accumulator for the given parameters; `batches` must be at least 1.
    public init(_ parameters: [Parameter], batches: Int) {
        require(batches >= 1, "GradientAccumulator: expected at least 1 batch, found \(batches)")
        self.parameters = parameters
        self.batches = batches
    }

    /// Whether accumulated gradients are waiting for a step.
    public var isPending: Bool { taken > 0 }

    /// Adds the gradients of a batch's mean loss. `weight` is the divisor of that mean (see `LossSpec.weight`).
    ///
    /// - Returns: The gradients of the mean over all accumulated batches on every `batches`-th call; nil otherwise.
    public mutating func add(_ gradients: Gradients, weight: Double = 1) -> Gradients? {
        var gradients = gradients
        if batches > 1 { gradients.scale(parameters, by: weight) }
        self.weight += weight
        taken += 1
        if sum == nil { sum = gradients } else { sum?.add(gradients) }
        return taken == batches ? flush() : nil
    }

    /// Returns the gradients of the mean over the batches accumulated so far, for the end of an epoch; nil if there are none.
    public mutating func flush() -> Gradients? {
        guard var result = sum else { return nil }
        if batches > 1, weight > 0 { result.scale(parameters, by: 1 / weight) }
        (sum, weight, taken) = (nil, 0, 0)
        return result
    }
}
