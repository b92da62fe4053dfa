import Autograd
import Configuration

/// Reverses gradients, so that the layers before it unlearn what the layers after it learn (Ganin and Lempitsky 2015).
public typealias GradientReversal = FunctionLayer<GradientReversalSpec>

/// The options of `GradientReversal`: any shape, which is kept.
public struct GradientReversalSpec: FunctionSpec {
    public var scale = 1.0

    public static let type = "gradient_reversal"
    public static let summary =
        "Multiplies gradients by a negative factor: the layers before it unlearn an adversarial target, such as the speaker."
    public static let fields: [Field<Self>] = [
        .init("scale", \.scale, "Absolute value of the factor.", .range(0...1e6))
    ]

    public init() {}

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan { LayerPlan(output: input) }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        guard pass.isTraining else { return x }
        // Equal to the input, with a gradient of -scale.
        let constant = x.tensor.detached
        return x.with(constant + (constant - x.tensor) * Real(scale))
    }
}
